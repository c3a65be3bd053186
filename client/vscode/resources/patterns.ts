import * as vscode from 'vscode';
import { matchesName } from '../../../server/src/base/globPart.ts';
import { type ResourceInfo } from '../../../server/src/protocol/resources.ts';
import { type OpenPonds } from '../ponds.ts';
import { parsePondUri } from '../pondUri.ts';
import { documentUri } from './treeLocations.ts';
import { resourceDocuments } from '../resourceDocuments.ts';
import { type ResourceStore } from './resourceStore.ts';
import { titleOf } from './strings.ts';

/**
 * A path or pattern of a resource, from its slash to the last character that may belong to it:
 * `/Combine/together/*\/combine`.
 */
const pathPattern = /(?<![\w.}\])/-])\/([A-Z]\w*)\/([^\s/"',#\]]+)(?:\/[^\s"',#\]]*)?/g;

/** Definitions and completions for patterns of a resource document that refer to other resources. */
export class PatternFeatures implements vscode.DefinitionProvider, vscode.CompletionItemProvider, vscode.Disposable {
  private readonly ponds: OpenPonds;
  private readonly store: ResourceStore;
  private readonly registered: vscode.Disposable;

  constructor(ponds: OpenPonds, store: ResourceStore) {
    this.ponds = ponds;
    this.store = store;
    this.registered = vscode.Disposable.from(
      vscode.languages.registerDefinitionProvider(resourceDocuments, this),
      vscode.languages.registerCompletionItemProvider(resourceDocuments, this, '/'),
    );
  }

  /** Documents of the resources that the pattern at a position matches. */
  provideDefinition(document: vscode.TextDocument, position: vscode.Position): vscode.LocationLink[] {
    const { text } = document.lineAt(position);
    const match = [...text.matchAll(pathPattern)].find(
      ({ 0: all, index }) => index <= position.character && position.character <= index + all.length,
    );
    const pond = this.pondOf(document.uri);
    if (match === undefined || pond === undefined) return [];
    const [all, kind, name = ''] = match;
    const { line } = position;
    const start = new vscode.Position(0, 0);
    return this.store
      .resources(pond)
      .filter((resource) => resource.kind === kind && (resource.id === name || matchesName(name, resource.name)))
      .map((resource) => ({
        originSelectionRange: new vscode.Range(line, match.index, line, match.index + all.length),
        targetUri: documentUri(pond, resource),
        targetRange: new vscode.Range(start, start),
      }));
  }

  /** Completes kinds after the first slash of a path, names after the second, outputs after the third. */
  provideCompletionItems(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
    const before = document.lineAt(position).text.slice(0, position.character);
    const [typed, kind, name, output] = /(?:^|[\s"'])\/(\w*)(?:\/([\w-]*))?(?:\/([\w-]*))?$/.exec(before) ?? [];
    const pond = this.pondOf(document.uri);
    if (typed === undefined || pond === undefined) return [];
    const resources = this.store.resources(pond);
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

  dispose(): void {
    this.registered.dispose();
  }

  /** The pond that contains a document, or the only open one. */
  private pondOf(uri: vscode.Uri): string | undefined {
    const [first, ...more] = this.ponds.all;
    return parsePondUri(uri)?.pond ?? (more.length === 0 ? first : undefined);
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
