import * as vscode from 'vscode';
import { type FormatOptions } from '../../../server/src/base/error.ts';
import { errorData } from '../errors.ts';
import { type FormatStatement, optionTexts, placesOf } from './formatStrings.ts';

/** Quick fixes of query documents whose last query met a file that a stated format lets be read. */
export class FormatFixes implements vscode.CodeActionProvider {
  readonly #fixes = new Map<string, readonly vscode.CodeAction[]>();

  /** Sets the fixes for an error of a document; there are none for an error without formats. */
  set({ uri }: vscode.TextDocument, pond: string, diagnostic: vscode.Diagnostic, error: unknown): void {
    const { path, displayPath, formats = [] } = errorData(error) ?? {};
    if (path === undefined || formats.length === 0) return this.clear(uri);
    const places = placesOf(path).map((place, index) => ({
      path: place,
      shown: placesOf(displayPath ?? path)[index] ?? place,
    }));
    const actions = places.flatMap((place) => formats.map((options) => actionOf(pond, place, options)));
    for (const action of actions) action.diagnostics = [diagnostic];
    this.#fixes.set(uri.toString(), actions);
  }

  /** Removes the fixes of a document. */
  clear(uri: vscode.Uri): void {
    this.#fixes.delete(uri.toString());
  }

  provideCodeActions({ uri }: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    const actions = this.#fixes.get(uri.toString()) ?? [];
    return actions.filter(({ diagnostics = [] }) =>
      diagnostics.some((one) => one.range.intersection(range) !== undefined),
    );
  }
}

function actionOf(
  pond: string,
  { path, shown }: { readonly path: string; readonly shown: string },
  options: FormatOptions,
): vscode.CodeAction {
  const title = `State ${optionTexts(options).join(' ')} for ${shown}`;
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  const statement: FormatStatement = { pond, path, options };
  action.command = { command: 'pond.stateFormat', title, arguments: [statement] };
  return action;
}
