import type * as vscode from 'vscode';

interface VisibleRefresh extends vscode.Disposable {
  request(): void;
}

/** Runs an action on each `request()` while the panel is visible, else once it becomes visible. */
export function refreshWhenVisible(panel: vscode.WebviewPanel, run: () => void): VisibleRefresh {
  let isDue = false;
  const runIfVisible = (): void => {
    if (!isDue || !panel.visible) return;
    isDue = false;
    run();
  };
  const listener = panel.onDidChangeViewState(runIfVisible);
  return {
    request: () => {
      isDue = true;
      runIfVisible();
    },
    dispose: () => {
      listener.dispose();
    },
  };
}
