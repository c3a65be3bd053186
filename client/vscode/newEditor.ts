import * as vscode from 'vscode';

/** Time in which a page may take the focus late, milliseconds. */
const lateMs = 2000;

/**
 * Shows a new document, in which the user is about to type. When the palette closes, VS Code returns the focus to the page
 * of the webview that had it, which takes it some time later: away from an editor that a command showed meanwhile. The
 * document is then shown once more, in the same place.
 */
export async function showNewDocument(
  document: vscode.TextDocument,
  options: vscode.TextDocumentShowOptions,
): Promise<vscode.TextEditor> {
  const { tabGroups } = vscode.window;
  const before = tabGroups.activeTabGroup.activeTab;
  const editor = await vscode.window.showTextDocument(document, options);
  const { viewColumn } = editor;
  if (before === undefined || viewColumn === undefined || viewColumn === before.group.viewColumn || !isPage(before))
    return editor;
  const listener = tabGroups.onDidChangeTabGroups(() => {
    if (tabGroups.activeTabGroup.viewColumn !== before.group.viewColumn) return;
    stop();
    void vscode.window.showTextDocument(document, { ...options, viewColumn });
  });
  const timer = setTimeout(() => void listener.dispose(), lateMs);
  const stop = (): void => {
    clearTimeout(timer);
    listener.dispose();
  };
  return editor;
}

function isPage({ input }: vscode.Tab): boolean {
  return input instanceof vscode.TabInputWebview || input instanceof vscode.TabInputCustom;
}
