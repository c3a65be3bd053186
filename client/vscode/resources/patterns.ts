import * as vscode from 'vscode';
import { matchesName } from '../../../server/src/base/globPart.ts';
import { type ResourceInfo } from '../../../server/src/protocol/resources.ts';
import { completionTriggers, type QueryCompletion } from '../queries/queryCompletion.ts';
import { documentUri } from './treeLocations.ts';
import { resourceDocuments } from '../resourceDocuments.ts';
import { type ResourceStore } from './resourceStore.ts';
import { titleOf } from './strings.ts';

/**
 * A path or pattern of a resource, from its slash to the last character that may belong to it:
 * `/Combine/together/*\/combine`.
 */
const pathPattern = /(?<![\w.}\])/-])\/([A-Z]\w*)\/([^\s/"',#\]]+)(?:\/[^\s"',#\]]*)?/g;

/**
 * Interface of the window to the patterns. `sql` completes the queries of documents, and returns undefined outside of
 * these.
 */
export interface PatternsHost {
  readonly pondOf: (document: vscode.TextDocument) => string | undefined;
  readonly sql: QueryCompletion;
}

/**
 * Definitions and completions for patterns of a resource document that refer to other resources. The paths in its queries are
 * completed as those in query documents.
 */
export class PatternFeatures implements vscode.DefinitionProvider, vscode.CompletionItemProvider, vscode.Disposable {
  readonly #host: PatternsHost;
  readonly #store: ResourceStore;
  readonly #registered: vscode.Disposable;

  constructor(host: PatternsHost, store: ResourceStore) {
    this.#host = host;
    this.#store = store;
    this.#registered = vscode.Disposable.from(
      vscode.languages.registerDefinitionProvider(resourceDocuments, this),
      vscode.languages.registerCompletionItemProvider(resourceDocuments, this, ...completionTriggers),
    );
  }

  /** Documents of the resources that the pattern at a position matches. */
  provideDefinition(document: vscode.TextDocument, position: vscode.Position): vscode.LocationLink[] {
    const { text } = document.lineAt(position);
    const match = [...text.matchAll(pathPattern)].find(
      ({ 0: all, index }) => index <= position.character && position.character <= index + all.length,
    );
    const pond = this.#host.pondOf(document);
    if (match === undefined || pond === undefined) return [];
    const [all, kind, name = ''] = match;
    const { line } = position;
    const start = new vscode.Position(0, 0);
    return this.#store
      .resources(pond)
      .filter((resource) => resource.kind === kind && (resource.id === name || matchesName(name, resource.name)))
      .map((resource) => ({
        originSelectionRange: new vscode.Range(line, match.index, line, match.index + all.length),
        targetUri: documentUri(pond, resource),
        targetRange: new vscode.Range(start, start),
      }));
  }

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.CompletionList | vscode.CompletionItem[]> {
    const inQuery = await this.#host.sql.provideCompletionItems(document, position, token);
    return inQuery ?? this.#patternItems(document, position);
  }

  dispose(): void {
    this.#registered.dispose();
  }

  /** Completes kinds after the first slash of a path, names after the second, outputs after the third. */
  #patternItems(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
    const before = document.lineAt(position).text.slice(0, position.character);
    const [typed, kind, name, output] = /(?:^|[\s"'])\/(\w*)(?:\/([\w-]*))?(?:\/([\w-]*))?$/.exec(before) ?? [];
    const pond = this.#host.pondOf(document);
    if (typed === undefined || pond === undefined) return [];
    const resources = this.#store.resources(pond);
    const { Folder, Module } = vscode.CompletionItemKind;
    const ofKind = resources.filter((resource) => resource.kind === kind);
    if (name === undefined) {
      const kinds = [...new Set(resources.map((resource) => resource.kind))];
      return kinds.map((one) => itemOf({ label: one, detail: 'kind', kind: Folder }, position, kind ?? ''));
    }
    if (output === undefined) {
      return ofKind.map((one) => itemOf({ label: one.name, detail: one.desc, kind: Module }, position, name));
    }
    const owner = ofKind.find((resource) => resource.name === name);
    return outputNames(owner).map((label) =>
      itemOf({ label, detail: owner === undefined ? '' : `of ${titleOf(owner)}`, kind: Folder }, position, output),
    );
  }
}

function outputNames(owner: ResourceInfo | undefined): readonly string[] {
  return (owner?.outputs ?? []).map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
}

/** Replaces the part of the name that is already typed. */
function itemOf(
  {
    label,
    detail,
    kind,
  }: { readonly label: string; readonly detail: string; readonly kind: vscode.CompletionItemKind },
  position: vscode.Position,
  typed: string,
): vscode.CompletionItem {
  const item = new vscode.CompletionItem(label, kind);
  item.detail = detail;
  item.range = new vscode.Range(position.translate(0, -typed.length), position);
  return item;
}
