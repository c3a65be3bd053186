import * as vscode from 'vscode';
import { type PondClient } from '../client.ts';
import { errorText } from '../errors.ts';
import { parsePondUri } from '../pondUri.ts';
import { type ResourceStore } from './resourceStore.ts';

/** Delay after the last keystroke until the text is checked, milliseconds. */
const pauseMs = 300;

/**
 * Maintains the context key of menus: `pond.activeDocument` is `resource` when the active editor shows the document of
 * a resource in a pond, and `draft` when it shows YAML text that could be applied.
 */
export class ActiveResource implements vscode.Disposable {
  readonly #client: PondClient;
  readonly #store: ResourceStore;
  readonly #listeners: vscode.Disposable;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: PondClient, store: ResourceStore) {
    this.#client = client;
    this.#store = store;
    this.#listeners = vscode.Disposable.from(
      vscode.window.onDidChangeActiveTextEditor(() => this.#update()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document === vscode.window.activeTextEditor?.document) this.#updateSoon();
      }),
      store.onDidChange(() => this.#update()),
      client.onDidChangeState((state) => {
        if (state === 'running') this.#update();
      }),
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#listeners.dispose();
  }

  #updateSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#update(), pauseMs);
  }

  #update(): void {
    const document = vscode.window.activeTextEditor?.document;
    this.#roleOf(document).then(
      (role) => vscode.commands.executeCommand('setContext', 'pond.activeDocument', role),
      (error: unknown) => this.#client.log.debug(`the active document: ${errorText(error)}`),
    );
  }

  async #roleOf(document: vscode.TextDocument | undefined): Promise<'resource' | 'draft' | undefined> {
    if (document?.languageId !== 'yaml') return undefined;
    const location = parsePondUri(document.uri);
    if (location !== undefined && this.#store.at(location.pond, location.path) !== undefined) return 'resource';
    if (location?.at !== undefined) return undefined;
    const kind = /^kind:[ \t]*["']?(\w+)/m.exec(document.getText())?.[1];
    if (kind === undefined) return undefined;
    const kinds = await this.#store.allKinds();
    return kinds.some((one) => one.kind === kind) ? 'draft' : undefined;
  }
}
