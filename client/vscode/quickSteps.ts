import * as vscode from 'vscode';

interface ListOptions {
  readonly title?: string;
  readonly placeholder?: string;
  readonly matchOnDescription?: boolean;
  readonly matchOnDetail?: boolean;
}

interface BoxOptions {
  readonly title?: string;
  readonly prompt: string;
  readonly placeholder?: string;
  readonly value?: string;
  /** Start and end of the selected part of `value`; all of it by default. */
  readonly valueSelection?: readonly [number, number];
  /** Returns a message about a text that is not accepted, else undefined. */
  readonly validate?: (text: string) => string | undefined;
}

/**
 * The lists and boxes in which a command asks, one after the other. Each stays until the next is shown, wherever the focus
 * goes: when one closes, VS Code returns the focus to the page of a webview, which takes it some time later. So all questions
 * of a command are asked in one `ask`; what takes its time follows it. A user who closes one that is answered, because what
 * follows takes too long, cancels the command.
 */
export class QuickSteps {
  #shown: vscode.QuickInput | undefined;
  readonly #cancellation = new vscode.CancellationTokenSource();

  private constructor() {}

  /** The result of `ask`, after which the last list or box closes. Throws CancellationError once the user closes it. */
  static async ask<T>(ask: (steps: QuickSteps) => Promise<T>): Promise<T> {
    const steps = new QuickSteps();
    const cancelled = new Promise<never>((_, reject) => {
      steps.token.onCancellationRequested(() => reject(new vscode.CancellationError()));
    });
    try {
      return await Promise.race([ask(steps), cancelled]);
    } finally {
      steps.#close();
    }
  }

  /** Cancelled when the user closes an answered list or box before the next one is shown. */
  get token(): vscode.CancellationToken {
    return this.#cancellation.token;
  }

  /** Shows a list or a box in the place of the one before, which is disposed. Throws CancellationError after a cancel. */
  show(input: vscode.QuickInput): void {
    if (this.token.isCancellationRequested) throw new vscode.CancellationError();
    const before = this.#shown;
    this.#shown = input;
    // A user may look something up, and the page of a webview may take the focus late: either would close it.
    input.ignoreFocusOut = true;
    input.show();
    before?.dispose();
  }

  /** Shows an answered list or box as busy, while what follows is prepared. A user who closes it cancels the command. */
  keep(input: vscode.QuickInput): void {
    input.busy = true;
    input.onDidHide(() => {
      if (this.#shown === input) this.#cancellation.cancel();
    });
  }

  #close(): void {
    const last = this.#shown;
    this.#shown = undefined;
    last?.dispose();
  }

  /** Lets the user pick one of the items; undefined for none. */
  choose<T extends vscode.QuickPickItem>(items: readonly T[], options: ListOptions): Promise<T | undefined> {
    const list = Object.assign(vscode.window.createQuickPick<T>(), { items, ...options });
    return this.#answered(list, () => list.selectedItems[0]);
  }

  /** Lets the user check any of the items, at first those with `picked`; undefined when the user cancels. */
  chooseMany<T extends vscode.QuickPickItem>(
    items: readonly T[],
    options: ListOptions,
  ): Promise<readonly T[] | undefined> {
    const selectedItems = items.filter(({ picked }) => picked);
    const list = Object.assign(vscode.window.createQuickPick<T>(), { items, canSelectMany: true, ...options });
    list.selectedItems = selectedItems;
    return this.#answered(list, () => list.selectedItems);
  }

  /** Lets the user type a text that `validate` accepts; undefined when the user cancels. */
  type({ validate = () => undefined, ...options }: BoxOptions): Promise<string | undefined> {
    const box = Object.assign(vscode.window.createInputBox(), options);
    const check = (): boolean => (box.validationMessage = validate(box.value)) === undefined;
    box.onDidChangeValue(check);
    return this.#answered(box, () => box.value, check);
  }

  /** The answer of a list or a box; undefined when it closes without one. What `isValid` refuses stays open. */
  #answered<T>(
    input: vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox,
    answer: () => T,
    isValid = () => true,
  ): Promise<T | undefined> {
    return new Promise<T | undefined>((resolve) => {
      input.onDidAccept(() => {
        if (!isValid()) return;
        this.keep(input);
        resolve(answer());
      });
      input.onDidHide(() => resolve(undefined));
      this.show(input);
    });
  }
}
