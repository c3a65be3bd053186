import * as vscode from 'vscode';
import { printable } from '../../server/src/base/printable.ts';
import { type PondClient } from './client.ts';
import { errorText, isCancelled } from './errors.ts';
import { type QuickSteps } from './quickSteps.ts';

interface FileItem extends vscode.QuickPickItem {
  readonly path: string | undefined;
}

/** Files that one request returns. */
const pageFiles = 100;

/** Files to pick from, of the working tree or of a version. */
interface PickedFiles {
  readonly pond: string;
  readonly at?: string | undefined;
  readonly title: string;
  /** True for files that are tables. */
  readonly areTables?: boolean;
  /** A button with which the user chooses something else. */
  readonly button?: vscode.QuickInputButton;
}

/** A list of files of a pond that follows what is typed: letters of their names. */
export class FilePicker {
  readonly #client: PondClient;
  readonly #files: PickedFiles;
  readonly #list = vscode.window.createQuickPick<FileItem>();
  #pending: vscode.CancellationTokenSource | undefined;
  #paths: readonly string[] = [];
  /**
   * The row that is active once VS Code shows the loaded files. Until then, what it reports of its rows is of earlier
   * ones.
   */
  #first: FileItem | undefined;
  #isShown = false;
  /** True when Enter was pressed after a text whose files are not loaded: the first of them is meant. */
  #isFirstMeant = false;
  #answer: (path: string) => void = () => undefined;

  constructor(client: PondClient, files: PickedFiles) {
    this.#client = client;
    this.#files = files;
    this.#list.title = files.title;
    this.#list.placeholder = 'Letters of the name, or of the path';
    this.#list.matchOnDescription = true;
    this.#list.buttons = files.button === undefined ? [] : [files.button];
  }

  /**
   * Returns the path that the user picks; the text 'button' for the button, undefined for none. The list closes with
   * `steps`, or when they show another.
   */
  async pick(steps: QuickSteps): Promise<string | undefined> {
    const picked = new Promise<string | undefined>((resolve) => {
      this.#answer = (path) => {
        steps.keep(this.#list);
        resolve(path);
      };
      this.#list.onDidChangeActive(([active]) => (this.#isShown ||= active === this.#first));
      this.#list.onDidAccept(() => this.#accept());
      this.#list.onDidTriggerButton(() => this.#answer('button'));
      this.#list.onDidChangeValue(() => void this.#load(0));
      this.#list.onDidHide(() => resolve(undefined));
    });
    steps.show(this.#list);
    void this.#load(0);
    try {
      return await picked;
    } finally {
      this.#pending?.cancel();
    }
  }

  #accept(): void {
    if (this.#list.busy) {
      this.#isFirstMeant = this.#list.value !== '';
      return;
    }
    const item = this.#isShown ? this.#list.selectedItems[0] : this.#first;
    if (item?.path !== undefined) this.#answer(item.path);
    else if (item !== undefined) void this.#load(this.#paths.length);
  }

  /** Loads the files from `start` on that match what is typed now; an earlier request is cancelled. */
  async #load(start: number): Promise<void> {
    this.#pending?.cancel();
    const pending = (this.#pending = new vscode.CancellationTokenSource());
    const { pond, at, areTables = false } = this.#files;
    this.#list.busy = true;
    this.#isFirstMeant = false;
    try {
      const params = {
        pond,
        text: this.#list.value,
        areTables,
        start,
        limit: pageFiles,
        ...(at !== undefined && { at }),
      };
      const { paths, total } = await this.#client.request('findFiles', params, pending.token);
      if (pending.token.isCancellationRequested) return;
      this.#paths = start === 0 ? paths : [...this.#paths, ...paths];
      this.#list.items = itemsOf(this.#paths, total);
      this.#first = this.#list.items[start];
      this.#isShown = false;
      this.#list.activeItems = this.#list.items.slice(start, start + 1);
      this.#list.busy = false;
      if (this.#isFirstMeant) this.#accept();
    } catch (error) {
      if (isCancelled(error) || pending.token.isCancellationRequested) return;
      this.#list.busy = false;
      this.#list.items = [{ label: `$(error) ${errorText(error)}`, path: undefined, alwaysShow: true }];
    }
  }
}

function itemsOf(paths: readonly string[], total: number): readonly FileItem[] {
  const items = paths.map((path) => {
    const slash = path.lastIndexOf('/');
    // The server decides what matches.
    return {
      label: printable(path.slice(slash + 1)),
      description: printable(path.slice(0, slash) || '/'),
      path,
      alwaysShow: true,
    };
  });
  const more = {
    label: '$(ellipsis) Show more…',
    detail: `${total - paths.length} more files`,
    path: undefined,
    alwaysShow: true,
  };
  return total > paths.length ? [...items, more] : items;
}
