import * as vscode from 'vscode';
import { printable } from '../../../server/src/base/printable.ts';
import { type PondClient } from '../client.ts';
import { type Context } from '../context.ts';
import { errorText, isCancelled } from '../errors.ts';
import { pondName, pondUri } from '../pondUri.ts';
import { pickCommit } from '../history/versions.ts';

interface FileItem extends vscode.QuickPickItem {
  readonly path: string | undefined;
}

/** Files that one request returns. */
const pageFiles = 100;

const versionButton = { iconPath: new vscode.ThemeIcon('history'), tooltip: 'Files of a Version…' };

/** Lets the user open a file of a pond by letters of its name: of the working tree, or of a version. */
export async function goToFile({ client, ponds }: Context): Promise<void> {
  const pond = await ponds.choose();
  if (pond === undefined) return;
  let at: string | undefined;
  for (;;) {
    const chosen = await new FilePicker(client, pond, at).pick();
    if (chosen === 'version') {
      const commit = await pickCommit(client, pond, {
        placeHolder: 'Files of which version? Escape for the working tree',
      });
      at = commit === undefined ? undefined : String(commit.number);
    } else {
      if (chosen !== undefined) await vscode.commands.executeCommand('vscode.open', pondUri(pond, chosen, at));
      return;
    }
  }
}

/** A list of files that follows what is typed. */
class FilePicker {
  private readonly client: PondClient;
  private readonly pond: string;
  private readonly at: string | undefined;
  private readonly list = vscode.window.createQuickPick<FileItem>();
  private pending: vscode.CancellationTokenSource | undefined;
  private paths: readonly string[] = [];

  constructor(client: PondClient, pond: string, at: string | undefined) {
    this.client = client;
    this.pond = pond;
    this.at = at;
    this.list.title = `Go to File of ${pondName(pond)}${at === undefined ? '' : `, version ${at}`}`;
    this.list.placeholder = 'Letters of the name, or of the path';
    this.list.matchOnDescription = true;
    this.list.buttons = [versionButton];
  }

  /** Returns the path that the user picks; the text 'version' to choose a version first, undefined for none. */
  async pick(): Promise<string | undefined> {
    const picked = new Promise<string | undefined>((resolve) => {
      this.list.onDidAccept(() => {
        const [item] = this.list.selectedItems;
        if (item?.path !== undefined) resolve(item.path);
        else if (item !== undefined) void this.load(this.paths.length);
      });
      this.list.onDidTriggerButton(() => resolve('version'));
      this.list.onDidChangeValue(() => void this.load(0));
      this.list.onDidHide(() => resolve(undefined));
    });
    this.list.show();
    void this.load(0);
    try {
      return await picked;
    } finally {
      this.pending?.cancel();
      this.list.dispose();
    }
  }

  /** Loads the files from `start` on that match what is typed now; an earlier request is cancelled. */
  private async load(start: number): Promise<void> {
    this.pending?.cancel();
    const pending = (this.pending = new vscode.CancellationTokenSource());
    const { pond, at } = this;
    this.list.busy = true;
    try {
      const params = { pond, text: this.list.value, start, limit: pageFiles, ...(at !== undefined && { at }) };
      const { paths, total } = await this.client.request('findFiles', params, pending.token);
      if (pending.token.isCancellationRequested) return;
      this.paths = start === 0 ? paths : [...this.paths, ...paths];
      this.list.items = itemsOf(this.paths, total);
      this.list.activeItems = this.list.items.slice(start, start + 1);
      this.list.busy = false;
    } catch (error) {
      if (isCancelled(error) || pending.token.isCancellationRequested) return;
      this.list.busy = false;
      this.list.items = [{ label: `$(error) ${errorText(error)}`, path: undefined, alwaysShow: true }];
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
