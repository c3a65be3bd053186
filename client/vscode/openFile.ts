import * as vscode from 'vscode';
import { parsePondUri } from './pondUri.ts';

/** A file at a version; of the working tree without one. */
interface Version {
  readonly path: string;
  readonly at?: string | undefined;
}

/** Opens a file of a pond. The title of a version other than the working tree states it: `north.csv (3)`. */
export async function openFile(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('vscode.open', ...openArguments(uri, {}));
}

/** Arguments of VS Code's own command that opens a file, for rows of a view. */
export function openArguments(
  uri: vscode.Uri,
  options: vscode.TextDocumentShowOptions,
): [vscode.Uri, vscode.TextDocumentShowOptions, string?] {
  const location = parsePondUri(uri);
  return location?.at === undefined ? [uri, options] : [uri, options, titleOf(location)];
}

/** Title of a comparison: `north.csv (2 ↔ 3)`, or `north.csv (2) ↔ south.csv (working tree)`. */
export function comparisonTitle(before: Version, after: Version): string {
  if (before.path !== after.path) return `${titleOf(before)} ↔ ${titleOf(after)}`;
  return `${nameOf(before)} (${versionOf(before)} ↔ ${versionOf(after)})`;
}

function titleOf(version: Version): string {
  return `${nameOf(version)} (${versionOf(version)})`;
}

function nameOf({ path }: Version): string {
  return path.split('/').at(-1) ?? path;
}

function versionOf({ at }: Version): string {
  return at ?? 'working tree';
}
