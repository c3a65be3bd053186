import * as vscode from 'vscode';

/** Calls a function each minute: ages are shown in minutes. */
export function eachMinute(run: () => void): vscode.Disposable {
  const clock = setInterval(run, 60_000);
  return new vscode.Disposable(() => clearInterval(clock));
}
