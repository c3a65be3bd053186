import * as vscode from 'vscode';
import { type SkippedInfo } from '../../../server/src/protocol/commands.ts';

/** A message has room for a few paths. */
const namedMax = 3;

/** Tells what was copied: as a warning that names what was left out, when something was. */
export function tellCopied(sentence: string, { skipped, skippedCount }: SkippedInfo): void {
  if (skippedCount === 0) {
    void vscode.window.showInformationMessage(sentence);
    return;
  }
  const named = skipped.slice(0, namedMax).map(({ path, reason }) => `${path} (${reason})`);
  const rest = skippedCount > named.length ? ` and ${skippedCount - named.length} more` : '';
  void vscode.window.showWarningMessage(`${sentence} Left out: ${named.join(', ')}${rest}.`);
}
