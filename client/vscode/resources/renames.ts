import * as vscode from 'vscode';
import { type ReferenceInfo } from '../../../server/src/protocol/resources.ts';
import { type PondClient } from '../client.ts';
import { errorText } from '../errors.ts';
import { parsePondUri, pondName, type PondLocation } from '../pondUri.ts';
import { collectionAt } from './collectionNames.ts';
import { type ResourceStore } from './resourceStore.ts';
import { documentUri } from './treeLocations.ts';

/** Names of readers that fit in a message. */
const namedMax = 5;

/** A path of a pond before and after a rename. */
interface Renamed {
  readonly pond: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Keeps documents of resources in step with renames. A rename in the explorer of what documents name offers to change
 * them too; a deletion of it warns; Rename Symbol on the name of a resource or a collection changes all of them at once.
 */
export class Renames implements vscode.RenameProvider, vscode.Disposable {
  private readonly client: PondClient;
  private readonly store: ResourceStore;
  private readonly listeners: vscode.Disposable;

  constructor(client: PondClient, store: ResourceStore) {
    this.client = client;
    this.store = store;
    this.listeners = vscode.Disposable.from(
      vscode.workspace.onWillRenameFiles((event) => event.waitUntil(this.offer(event.files))),
      vscode.workspace.onDidDeleteFiles(({ files }) => void this.warn(files)),
      vscode.languages.registerRenameProvider({ language: 'yaml', scheme: 'pond', pattern: '**/resource.yaml' }, this),
    );
  }

  dispose(): void {
    this.listeners.dispose();
  }

  prepareRename(document: vscode.TextDocument, position: vscode.Position): vscode.Range {
    const target = this.target(document, position);
    if (target === undefined) throw new Error('Rename the value of a `name`: of the resource, or of a collection.');
    return target.range;
  }

  /** Changes a name and, in all documents of the pond, the paths that have it. */
  async provideRenameEdits(
    document: vscode.TextDocument,
    position: vscode.Position,
    newName: string,
  ): Promise<vscode.WorkspaceEdit | undefined> {
    const target = this.target(document, position);
    if (target === undefined) return undefined;
    if (!/^[^/\s*?[\]{}"'#:]+$/.test(newName)) throw new Error('A name has no spaces, slashes, quotes or wildcards.');
    const from = target.path;
    const to = `${from.slice(0, from.lastIndexOf('/') + 1)}${newName}`;
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, target.range, newName);
    for (const reader of await this.client.request('references', { pond: target.pond, name: from })) {
      this.replace(edit, reader, { pond: target.pond, from, to });
    }
    return edit;
  }

  /** The name at a position and the path that has it; undefined for any other position. */
  private target(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): { readonly pond: string; readonly path: string; readonly range: vscode.Range } | undefined {
    const location = parsePondUri(document.uri);
    if (location === undefined || location.at !== undefined) return undefined;
    const resource = this.store.at(location.pond, location.path);
    const name = collectionAt(document.getText(), position.line);
    if (resource === undefined || name === undefined) return undefined;
    const range = new vscode.Range(position.line, name.start, position.line, name.end);
    const home = `/${resource.kind}/${resource.name}`;
    if (name.isResource) return { pond: location.pond, path: home, range };
    const path = `${home}/${name.text}`;
    return resource.outputs.some((output) => output.path === path) ? { pond: location.pond, path, range } : undefined;
  }

  /** Asks whether documents that name what is renamed are to be changed; an empty edit if not. */
  private async offer(
    files: readonly { readonly oldUri: vscode.Uri; readonly newUri: vscode.Uri }[],
  ): Promise<vscode.WorkspaceEdit> {
    const edit = new vscode.WorkspaceEdit();
    for (const renamed of files.flatMap(renamedPath)) {
      const readers = await this.readers(renamed);
      if (readers.length === 0) continue;
      const change = readers.length === 1 ? 'Change It Too' : 'Change Them Too';
      const question = `${namesOf(readers)} of ${pondName(renamed.pond)} read ${renamed.from}.`;
      const canChange = !/[*?[\]{}"'\s]/.test(renamed.to);
      const detail = canChange
        ? `Write ${renamed.to} there? The changes are staged together with the rename.`
        : `${renamed.to} has characters that mean something else in a document: change it there yourself.`;
      const options = { modal: true, detail };
      const answer = await vscode.window.showWarningMessage(question, options, ...(canChange ? [change] : []));
      if (answer === change) for (const reader of readers) this.replace(edit, reader, renamed);
    }
    return edit;
  }

  /** Warns of documents that name what was deleted, and offers to restore it. */
  private async warn(files: readonly vscode.Uri[]): Promise<void> {
    for (const location of files.flatMap(workingPath)) {
      const readers = await this.readers({ pond: location.pond, from: location.path });
      if (readers.length === 0) continue;
      const restore = 'Restore';
      const text = `${location.path} of ${pondName(location.pond)} was deleted, but ${namesOf(readers)} read it.`;
      if ((await vscode.window.showWarningMessage(text, restore)) !== restore) continue;
      await vscode.commands.executeCommand('pond.discard', location.uri);
    }
  }

  private async readers({ pond, from }: Pick<Renamed, 'pond' | 'from'>): Promise<readonly ReferenceInfo[]> {
    try {
      return await this.client.request('references', { pond, name: from });
    } catch (error) {
      // A rename must not fail because its readers are not known.
      this.client.log.warn(`readers of ${from}: ${errorText(error)}`);
      return [];
    }
  }

  private replace(edit: vscode.WorkspaceEdit, reader: ReferenceInfo, { pond, to }: Renamed): void {
    const resource = this.store.resources(pond).find(({ home }) => home === reader.home);
    const [kind = '', name = ''] = reader.resource.split('/');
    const uri = documentUri(pond, resource ?? { kind, name });
    for (const { start, end } of reader.ranges) {
      edit.replace(uri, new vscode.Range(start.line, start.character, end.line, end.character), to);
    }
  }
}

function renamedPath({ oldUri, newUri }: { readonly oldUri: vscode.Uri; readonly newUri: vscode.Uri }): Renamed[] {
  const [from, to] = [parsePondUri(oldUri), parsePondUri(newUri)];
  if (from === undefined || to === undefined || from.pond !== to.pond || from.at !== undefined) return [];
  return [{ pond: from.pond, from: from.path, to: to.path }];
}

function workingPath(uri: vscode.Uri): (PondLocation & { readonly uri: vscode.Uri })[] {
  const location = parsePondUri(uri);
  return location === undefined || location.at !== undefined ? [] : [{ ...location, uri }];
}

function namesOf(readers: readonly ReferenceInfo[]): string {
  const named = readers.slice(0, namedMax).map(({ resource }) => resource);
  const rest = readers.length - named.length;
  return rest > 0 ? `${named.join(', ')} and ${rest} more` : named.join(' and ');
}
