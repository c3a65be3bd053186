import * as vscode from 'vscode';

/** Opens a resource document without a file, and selects its name, which comes first to be changed. */
export async function openNewDocument(content: string): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument({ language: 'yaml', content });
  const name = /^name: *(.+)$/m.exec(content);
  const end = name === null ? 0 : name.index + name[0].length;
  const selection = new vscode.Range(document.positionAt(end - (name?.[1]?.length ?? 0)), document.positionAt(end));
  return await vscode.window.showTextDocument(document, { preview: false, selection });
}
