import * as vscode from 'vscode';
import { errorData } from '../errors.ts';
import { type OfferedFormat, formatOffers, type FormatStatement } from './formatStrings.ts';

/** Quick fixes of query documents whose last query met a file that a stated format lets be read. */
export class FormatFixes implements vscode.CodeActionProvider {
  readonly #fixes = new Map<string, readonly vscode.CodeAction[]>();

  /** Sets the fixes for an error of a document; there are none for an error without formats. */
  set({ uri }: vscode.TextDocument, pond: string, diagnostic: vscode.Diagnostic, error: unknown): void {
    const offers = formatOffers(pond, errorData(error) ?? {});
    if (offers.length === 0) return this.clear(uri);
    const actions = offers.map(actionOf);
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

function actionOf({ title, pond, path, options }: OfferedFormat): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  const statement: FormatStatement = { pond, path, options };
  action.command = { command: 'pond.stateFormat', title, arguments: [statement] };
  return action;
}
