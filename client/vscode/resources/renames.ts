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

/** A file or folder that VS Code renamed. */
type RenamedFile = vscode.FileRenameEvent['files'][number];

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
  readonly #client: PondClient;
  readonly #store: ResourceStore;
  readonly #listeners: vscode.Disposable;

  constructor(client: PondClient, store: ResourceStore) {
    this.#client = client;
    this.#store = store;
    this.#listeners = vscode.Disposable.from(
      vscode.workspace.onDidDeleteFiles(({ files }) => void this.#warn(files)),
      vscode.workspace.onDidRenameFiles(({ files }) => {
        void this.#offer(files);
        // In another pond it is gone from this one.
        void this.#warn(files.filter((file) => renamedPath(file).length === 0).map(({ oldUri }) => oldUri));
      }),
      vscode.languages.registerRenameProvider({ language: 'yaml', scheme: 'pond', pattern: '**/resource.yaml' }, this),
    );
  }

  dispose(): void {
    this.#listeners.dispose();
  }

  prepareRename(document: vscode.TextDocument, position: vscode.Position): vscode.Range {
    const target = this.#target(document, position);
    if (target === undefined) throw new Error('Rename the value of a `name`: of the resource, or of a collection.');
    return target.range;
  }

  /** Changes a name and, in all documents of the pond, the paths that have it. */
  async provideRenameEdits(
    document: vscode.TextDocument,
    position: vscode.Position,
    newName: string,
  ): Promise<vscode.WorkspaceEdit | undefined> {
    const target = this.#target(document, position);
    if (target === undefined) return undefined;
    if (!/^[^/\s*?[\]{}"'#:]+$/.test(newName)) throw new Error('A name has no spaces, slashes, quotes or wildcards.');
    const from = target.path;
    const to = `${from.slice(0, from.lastIndexOf('/') + 1)}${newName}`;
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, target.range, newName);
    for (const reader of await this.#client.request('references', { pond: target.pond, name: from })) {
      this.#replace(edit, reader, { pond: target.pond, from, to });
    }
    return edit;
  }

  /** The name at a position and the path that has it; undefined for any other position. */
  #target(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): { readonly pond: string; readonly path: string; readonly range: vscode.Range } | undefined {
    const location = parsePondUri(document.uri);
    if (location === undefined || location.at !== undefined) return undefined;
    const resource = this.#store.at(location.pond, location.path);
    const name = collectionAt(document.getText(), position.line);
    if (resource === undefined || name === undefined) return undefined;
    const range = new vscode.Range(position.line, name.start, position.line, name.end);
    const home = `/${resource.kind}/${resource.name}`;
    if (name.isResource) return { pond: location.pond, path: home, range };
    const path = `${home}/${name.text}`;
    return resource.outputs.some((output) => output.path === path) ? { pond: location.pond, path, range } : undefined;
  }

  /** Lists the documents that name what was renamed, and writes the new path into them if the user wants it. */
  async #offer(files: readonly RenamedFile[]): Promise<void> {
    for (const renamed of files.flatMap(renamedPath)) {
      const readers = await this.#readers(renamed);
      if (readers.length === 0) continue;
      const text = `${renamed.from} of ${pondName(renamed.pond)} is now ${renamed.to}, but ${readText(readers, 'the old path')}.`;
      if (/[*?[\]{}"'\s]/.test(renamed.to)) {
        const reason = 'The new path has characters that mean something else in a document: change it there yourself.';
        void vscode.window.showWarningMessage(`${text} ${reason}`);
        continue;
      }
      const change = readers.length === 1 ? 'Change It Too' : 'Change Them Too';
      if ((await vscode.window.showWarningMessage(text, change)) === change) await this.#change(readers, renamed);
    }
  }

  /** Writes the new path into documents, and saves them: each is staged. */
  async #change(readers: readonly ReferenceInfo[], renamed: Renamed): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    // Documents may have changed since they were listed.
    const now = await this.#readers(renamed);
    for (const reader of now.filter(({ directory }) => readers.some((one) => one.directory === directory))) {
      this.#replace(edit, reader, renamed);
    }
    const isDone = await vscode.workspace.applyEdit(edit);
    for (const [uri] of isDone ? edit.entries() : []) await (await vscode.workspace.openTextDocument(uri)).save();
    if (!isDone) void vscode.window.showErrorMessage(`The documents that name ${renamed.from} could not be changed.`);
  }

  /** Warns of documents that name what was deleted, and offers to restore it. */
  async #warn(files: readonly vscode.Uri[]): Promise<void> {
    for (const location of files.flatMap(workingPath)) {
      const readers = await this.#readers({ pond: location.pond, from: location.path });
      if (readers.length === 0) continue;
      const restore = 'Restore';
      const text = `${location.path} is gone from ${pondName(location.pond)}, but ${readText(readers, 'it')}.`;
      if ((await vscode.window.showWarningMessage(text, restore)) !== restore) continue;
      await vscode.commands.executeCommand('pond.discard', location.uri);
    }
  }

  async #readers({ pond, from }: Pick<Renamed, 'pond' | 'from'>): Promise<readonly ReferenceInfo[]> {
    try {
      return await this.#client.request('references', { pond, name: from });
    } catch (error) {
      // A rename must not fail because its readers are not known.
      this.#client.log.warn(`readers of ${from}: ${errorText(error)}`);
      return [];
    }
  }

  #replace(edit: vscode.WorkspaceEdit, reader: ReferenceInfo, { pond, to }: Renamed): void {
    const resource = this.#store.resources(pond).find(({ directory }) => directory === reader.directory);
    const [kind = '', name = ''] = reader.resource.split('/');
    const uri = documentUri(pond, resource ?? { kind, name });
    for (const { start, end } of reader.ranges) {
      edit.replace(uri, new vscode.Range(start.line, start.character, end.line, end.character), to);
    }
  }
}

function renamedPath({ oldUri, newUri }: RenamedFile): Renamed[] {
  const [from, to] = [parsePondUri(oldUri), parsePondUri(newUri)];
  if (from === undefined || to === undefined || from.pond !== to.pond || from.at !== undefined) return [];
  return [{ pond: from.pond, from: from.path, to: to.path }];
}

function workingPath(uri: vscode.Uri): (PondLocation & { readonly uri: vscode.Uri })[] {
  const location = parsePondUri(uri);
  return location === undefined || location.at !== undefined ? [] : [{ ...location, uri }];
}

/** `Derive/a reads it`, `Derive/a and Reduce/b read it`. */
function readText(readers: readonly ReferenceInfo[], what: string): string {
  const named = readers.slice(0, namedMax).map(({ resource }) => resource);
  const rest = readers.length - named.length;
  const names = rest > 0 ? `${named.join(', ')} and ${rest} more` : named.join(' and ');
  return `${names} ${readers.length === 1 ? 'reads' : 'read'} ${what}`;
}
