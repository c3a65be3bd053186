import * as vscode from 'vscode';

/**
 * The lists of a multi-step input. Each stays until the next is shown: when a list closes, VS Code returns
 * the focus to the page of a webview, which takes it some time later, and a list that was opened meanwhile would close.
 */
export class QuickSteps {
  private shown: vscode.Disposable | undefined;

  private constructor() {}

  /** The result of `ask`, after which the last list closes. A box for an input may also follow a list in it. */
  static async ask<T>(ask: (steps: QuickSteps) => Promise<T>): Promise<T> {
    const steps = new QuickSteps();
    try {
      return await ask(steps);
    } finally {
      steps.shown?.dispose();
    }
  }

  /** Shows a list in the place of the one before, which is disposed. */
  show(list: vscode.QuickInput): void {
    list.show();
    this.shown?.dispose();
    this.shown = list;
  }

  /** Lets the user pick one of the items; undefined for none. */
  choose<T extends vscode.QuickPickItem>(items: readonly T[], placeholder: string): Promise<T | undefined> {
    const list = Object.assign(vscode.window.createQuickPick<T>(), { items, placeholder });
    return new Promise<T | undefined>((resolve) => {
      list.onDidAccept(() => resolve(list.selectedItems[0]));
      list.onDidHide(() => resolve(undefined));
      this.show(list);
    });
  }
}
