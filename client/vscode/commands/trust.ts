import * as vscode from 'vscode';

/** True in a trusted workspace; else explains why nothing happens, and how to change that. */
export async function mayRun(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = 'Manage Workspace Trust';
  void vscode.window
    .showWarningMessage(
      'In Restricted Mode resources are listed only: they are applied and run when the workspace is trusted.',
      manage,
    )
    .then((choice) => (choice === manage ? vscode.commands.executeCommand('workbench.trust.manage') : undefined));
  return false;
}
