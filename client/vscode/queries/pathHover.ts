import * as vscode from 'vscode';
import { type SqlNameAtInfo } from '../../../server/src/protocol/commands.ts';
import { type PondClient } from '../client.ts';
import { markdownOf, nameMarkdown } from './formatStrings.ts';
import { sqlText } from './queryCompletion.ts';

/**
 * Shows how a file is read, on its path in a query or a resource document, and on the name of a table in SQL; and the type
 * of a column. `pondOf` returns the pond of a document.
 */
export class PathHover implements vscode.HoverProvider {
  readonly #client: PondClient;
  readonly #pondOf: (document: vscode.TextDocument) => string | undefined;

  constructor(client: PondClient, pondOf: (document: vscode.TextDocument) => string | undefined) {
    this.#client = client;
    this.#pondOf = pondOf;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const pond = this.#pondOf(document);
    if (pond === undefined) return undefined;
    const name = await this.#nameAt(document, pond, position, token);
    const found = name === null ? pathAt(document, position) : inDocument(document, name);
    if (found === undefined) return undefined;
    const described = name?.column === undefined ? await this.#described(pond, found.path) : '';
    const text = [...(name === null ? [] : [nameMarkdown(name)]), described].filter((part) => part !== '').join('\n\n');
    return text === '' ? undefined : new vscode.Hover(new vscode.MarkdownString(text), found.range);
  }

  /** The name in SQL at a position; null without one, and in a restricted workspace, where no query is read. */
  async #nameAt(
    document: vscode.TextDocument,
    pond: string,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<SqlNameAtInfo | null> {
    if (!vscode.workspace.isTrusted) return null;
    return await this.#client.request('sqlNameAt', sqlText(document, pond, position), token).catch(() => null);
  }

  /** Empty for a path without a table. */
  async #described(pond: string, path: string): Promise<string> {
    const [info] = await this.#client.request('describe', { pond, paths: [path] }).catch(() => []);
    return info === undefined ? '' : markdownOf(info);
  }
}

/** A path, and its characters in a document. */
interface PathInDocument {
  readonly path: string;
  readonly range: vscode.Range;
}

function inDocument(document: vscode.TextDocument, { path, start, end }: SqlNameAtInfo): PathInDocument {
  return { path, range: new vscode.Range(document.positionAt(start), document.positionAt(end)) };
}

/** A path in quotes, or the path that is a value of YAML; undefined for a pattern, which is many files. */
function pathAt(document: vscode.TextDocument, position: vscode.Position): PathInDocument | undefined {
  const range = document.getWordRangeAtPosition(position, /["'](\/[^"'\n]*)["']|(?<=:[ \t])\/\S+/);
  if (range === undefined) return undefined;
  const path = document.getText(range).replace(/^["']|["']$/g, '');
  return /[*?[{]/.test(path) ? undefined : { path, range };
}
