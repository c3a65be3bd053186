import * as vscode from 'vscode';

/** True in a trusted workspace; else explains why nothing happens, and how to change that. */
export async function mayRun(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = 'Manage Workspace Trust';
  void vscode.window
    .showWarningMessage('In Restricted Mode, resources cannot be applied or run. Trust the workspace first.', manage)
    .then((choice) => (choice === manage ? vscode.commands.executeCommand('workbench.trust.manage') : undefined));
  return false;
}
