import * as vscode from 'vscode';
import { type PondClient } from '../client.ts';
import { markdownOf } from './formatStrings.ts';

/** Shows how a file is read, on its path in a query or a resource document. `pondOf` returns the pond of a document. */
export class PathHover implements vscode.HoverProvider {
  readonly #client: PondClient;
  readonly #pondOf: (document: vscode.TextDocument) => string | undefined;

  constructor(client: PondClient, pondOf: (document: vscode.TextDocument) => string | undefined) {
    this.#client = client;
    this.#pondOf = pondOf;
  }

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const range = document.getWordRangeAtPosition(position, /["'](\/[^"'\n]*)["']|(?<=:[ \t])\/\S+/);
    const pond = this.#pondOf(document);
    if (range === undefined || pond === undefined) return undefined;
    const path = document.getText(range).replace(/^["']|["']$/g, '');
    // A pattern is many files, and a path without a table has nothing to show.
    if (/[*?[{]/.test(path)) return undefined;
    const found = await this.#client.request('describe', { pond, paths: [path] }).catch(() => []);
    const [info] = found;
    return info === undefined ? undefined : new vscode.Hover(new vscode.MarkdownString(markdownOf(info)), range);
  }
}
