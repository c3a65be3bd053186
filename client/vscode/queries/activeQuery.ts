import * as vscode from 'vscode';
import { queryLanguage } from './queryDocuments.ts';

/** Returns the editor of the active query document; undefined without one, which the user is shown how to open. */
export function activeQuery(): vscode.TextEditor | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId === queryLanguage) return editor;
  void vscode.window.showInformationMessage('Open a query document first: run "Pond: New Query".');
  return undefined;
}
