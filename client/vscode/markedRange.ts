import type * as vscode from 'vscode';

/** A name or a string in quotes, such as a path. */
const quoted = /(["'])(?:(?!\1).)*\1/;

/** Returns the word at a position, or what is in quotes there: what an error is about. Undefined without either. */
export function rangeAt(document: vscode.TextDocument, position: vscode.Position): vscode.Range | undefined {
  return document.getWordRangeAtPosition(position) ?? document.getWordRangeAtPosition(position, quoted);
}
