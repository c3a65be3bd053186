import * as vscode from 'vscode';
import { columnInPlace, offeredColumns } from './columnNames.ts';

/** Quick fixes of queries, also of those in resource documents, that name a column which their tables lack. */
export class ColumnFixes implements vscode.CodeActionProvider {
  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    return diagnostics.flatMap((diagnostic) => {
      const replaced = document.getText(diagnostic.range);
      const texts = offeredColumns(diagnostic.message).map((name) =>
        columnInPlace(name, replaced, document.languageId === 'yaml'),
      );
      return texts.flatMap((text, index) =>
        text === undefined ? [] : [actionOf(document, { diagnostic, text, isFirst: index === 0 })],
      );
    });
  }
}

interface Replacement {
  readonly diagnostic: vscode.Diagnostic;
  readonly text: string;
  /** True for the likeliest one. */
  readonly isFirst: boolean;
}

function actionOf({ uri }: vscode.TextDocument, { diagnostic, text, isFirst }: Replacement): vscode.CodeAction {
  const action = new vscode.CodeAction(`Replace with ${text}`, vscode.CodeActionKind.QuickFix);
  action.edit = new vscode.WorkspaceEdit();
  action.edit.replace(uri, diagnostic.range, text);
  action.diagnostics = [diagnostic];
  action.isPreferred = isFirst;
  return action;
}
