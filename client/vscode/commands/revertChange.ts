import * as vscode from 'vscode';
import { type Context } from '../context.ts';
import { parsePondUri, pondUri } from '../pondUri.ts';

/** A change as the editor's gutter describes it: 1-based lines; an end of 0 is an empty side after its start. */
interface LineChange {
  readonly originalStartLineNumber: number;
  readonly originalEndLineNumber: number;
  readonly modifiedStartLineNumber: number;
  readonly modifiedEndLineNumber: number;
}

/** Replaces the lines of a change in the gutter by those of the latest commit, as an edit that can be undone. */
export async function revertChange(_: Context, uri?: unknown, changes?: unknown, index?: unknown): Promise<void> {
  const change = Array.isArray(changes) && typeof index === 'number' ? (changes[index] as unknown) : undefined;
  if (!(uri instanceof vscode.Uri) || !isLineChange(change)) return;
  const location = parsePondUri(uri);
  if (location === undefined) return;
  const document = await vscode.workspace.openTextDocument(uri);
  const original = await vscode.workspace.openTextDocument(pondUri(location.pond, location.path, 'HEAD'));
  const edit = new vscode.WorkspaceEdit();
  const target = linesOf(document, change.modifiedStartLineNumber, change.modifiedEndLineNumber);
  const source = linesOf(original, change.originalStartLineNumber, change.originalEndLineNumber);
  edit.replace(uri, target, replacement(document, target, original.getText(source)));
  await vscode.workspace.applyEdit(edit);
}

/** The range of whole lines with their ends; an empty one where the side has no lines. */
function linesOf(document: vscode.TextDocument, start: number, end: number): vscode.Range {
  const after = end === 0 ? start : end;
  const first = end === 0 ? start : start - 1;
  return document.validateRange(new vscode.Range(first, 0, after, 0));
}

/** The text with line ends where it meets other lines: the last line of a file may have none. */
function replacement(document: vscode.TextDocument, target: vscode.Range, text: string): string {
  const end = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
  const needsStart = text !== '' && target.start.character > 0;
  const hasLinesAfter = !target.end.isEqual(document.validatePosition(new vscode.Position(document.lineCount, 0)));
  const needsEnd = text !== '' && !text.endsWith('\n') && hasLinesAfter;
  return `${needsStart ? end : ''}${text}${needsEnd ? end : ''}`;
}

function isLineChange(value: unknown): value is LineChange {
  const lines: Partial<Record<keyof LineChange, unknown>> = typeof value === 'object' && value !== null ? value : {};
  const { originalStartLineNumber, originalEndLineNumber, modifiedStartLineNumber, modifiedEndLineNumber } = lines;
  const all = [originalStartLineNumber, originalEndLineNumber, modifiedStartLineNumber, modifiedEndLineNumber];
  return all.every((line) => typeof line === 'number');
}
