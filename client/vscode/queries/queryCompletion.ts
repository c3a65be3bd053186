import * as vscode from 'vscode';
import { type SqlNameInfo, type SqlTextParams } from '../../../server/src/protocol/commands.ts';
import { sqlNameKinds } from '../../../server/src/protocol/sqlCompletion.ts';
import { type PondClient } from '../client.ts';
import { errorText, isCancelled } from '../errors.ts';
import { queryLanguage } from './activeQuery.ts';

/** Characters after which names are offered at once. */
export const completionTriggers = ['/', '"', "'", '.'] as const;

/**
 * Completes paths, columns, functions and keywords in query documents, and in the queries of resource documents: undefined
 * outside of these. `pondOf` returns the pond of a document.
 */
export class QueryCompletion implements vscode.CompletionItemProvider {
  readonly #client: PondClient;
  readonly #pondOf: (document: vscode.TextDocument) => string | undefined;

  constructor(client: PondClient, pondOf: (document: vscode.TextDocument) => string | undefined) {
    this.#client = client;
    this.#pondOf = pondOf;
  }

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.CompletionList | undefined> {
    const pond = this.#pondOf(document);
    if (pond === undefined || !vscode.workspace.isTrusted) return undefined;
    try {
      const completed = await this.#client.request('completeSql', sqlText(document, pond, position), token);
      if (completed === null) return undefined;
      const { start, names, isPartial } = completed;
      const range = new vscode.Range(document.positionAt(start), position);
      return new vscode.CompletionList(
        names.map((name) => itemOf(name, range)),
        isPartial,
      );
    } catch (error) {
      // A message would interrupt the person who types.
      if (!isCancelled(error)) this.#client.log.debug(`no completion: ${errorText(error)}`);
      return undefined;
    }
  }
}

/** A position in a document as the server takes it. */
export function sqlText(document: vscode.TextDocument, pond: string, position: vscode.Position): SqlTextParams {
  const isDocument = document.languageId !== queryLanguage;
  return { pond, text: document.getText(), offset: document.offsetAt(position), isDocument };
}

const { Folder, File, Struct, Field, Function: FunctionItem, Keyword } = vscode.CompletionItemKind;
const itemKinds = {
  ...{ directory: Folder, file: File, table: Struct },
  ...{ column: Field, function: FunctionItem, keyword: Keyword },
} as const;

function itemOf({ kind, text, detail }: SqlNameInfo, range: vscode.Range): vscode.CompletionItem {
  const item = new vscode.CompletionItem(text, itemKinds[kind]);
  item.range = range;
  item.sortText = `${sqlNameKinds.indexOf(kind)} ${text}`;
  if (detail !== undefined) item.detail = detail;
  if (kind === 'directory' || kind === 'file') item.label = text.slice(text.lastIndexOf('/', text.length - 2) + 1);
  // What is typed is compared with the whole path.
  item.filterText = text;
  item.insertText = kind === 'function' ? new vscode.SnippetString(`${text}($0)`) : text;
  // The names in a directory follow its name.
  if (kind === 'directory') item.command = { command: 'editor.action.triggerSuggest', title: 'Suggest' };
  return item;
}
