import * as vscode from 'vscode';
import { type SkippedInfo } from '../../../server/src/protocol/commands.ts';

/** Maximum number of paths that fit in a message. */
const namedMax = 3;

/** Reports the copied files; if files were skipped, as a warning that names them. */
export function reportCopied(sentence: string, { skipped, skippedCount }: SkippedInfo): void {
  if (skippedCount === 0) {
    void vscode.window.showInformationMessage(sentence);
    return;
  }
  const named = skipped.slice(0, namedMax).map(({ path, reason }) => `${path} (${reason})`);
  const rest = skippedCount > named.length ? ` and ${skippedCount - named.length} more` : '';
  void vscode.window.showWarningMessage(`${sentence} Skipped: ${named.join(', ')}${rest}.`);
}
