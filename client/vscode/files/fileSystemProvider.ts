import * as vscode from 'vscode';
import {
  type CommandName,
  type FileTypeName,
  type Params,
  type Result,
} from '../../../server/src/protocol/commands.ts';
import { type ChangedEvent } from '../../../server/src/protocol/events.ts';
import { type PondClient } from '../client.ts';
import { fileSystemError } from '../errors.ts';
import { moveBetweenPonds } from './moveBetweenPonds.ts';
import { type OpenedPond, type OpenPonds } from '../ponds.ts';
import { parsePondUri, pondUri, type PondLocation } from '../pondUri.ts';
import { type TableTabs } from '../tables/tableTabs.ts';
import { Watches } from './watches.ts';

/**
 * Maximum number of documents of a moving version (`HEAD`, `HEAD~1`) that are notified of commits; the oldest are
 * dropped.
 */
const movingMax = 1000;

/** Ponds as a file system of the editor. It caches nothing: each operation is a request to the server. */
export class PondFileSystem implements vscode.FileSystemProvider, vscode.Disposable {
  readonly #client: PondClient;
  readonly #ponds: OpenPonds;
  readonly #tabs: TableTabs;
  readonly #watches = new Watches();
  readonly #moving = new Map<string, vscode.Uri>();
  readonly #listeners: vscode.Disposable[];
  readonly onDidChangeFile = this.#watches.onDidChangeFile;

  constructor(client: PondClient, ponds: OpenPonds, tabs: TableTabs) {
    this.#client = client;
    this.#ponds = ponds;
    this.#tabs = tabs;
    this.#listeners = [
      client.onDidChangeTree((event) => this.#treeChanged(event)),
      client.onDidCommit(({ pond }) => this.#headMoved(pond)),
    ];
  }

  watch(uri: vscode.Uri, options: { recursive: boolean; excludes: readonly string[] }): vscode.Disposable {
    return this.#watches.add(uri, options);
  }

  /** True when the editor watches `uri` for changes; a watch starts some time after a document is shown. */
  isWatched(uri: vscode.Uri): boolean {
    return this.#watches.has(uri);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { location, opened } = await this.#locate(uri);
    const node = await this.#request(uri, 'stat', { ...wire(location), followLinks: false });
    const end =
      node.targetType === undefined ? node : await this.#request(uri, 'stat', { ...wire(location), followLinks: true });
    const readOnly = location.at !== undefined || opened.mode === 'read' || end.derived === true;
    return {
      type: fileType(node.type, node.targetType),
      // VS Code detects changed content by a change of either of these.
      mtime: end.modified,
      size: end.size,
      ctime: 0,
      ...(readOnly ? { permissions: vscode.FilePermission.Readonly } : {}),
    };
  }

  async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    const { location } = await this.#locate(uri);
    const children = await this.#request(uri, 'children', wire(location));
    return children.map(([name, type, targetType]) => [name, fileType(type, targetType)]);
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const { location } = await this.#locate(uri);
    if (await this.#tabs.isTable(uri)) throw vscode.FileSystemError.Unavailable('the file is shown as a table');
    const content = await this.#request(uri, 'read', wire(location));
    return content instanceof Uint8Array ? content : Buffer.from(content.base64, 'base64');
  }

  async writeFile(
    uri: vscode.Uri,
    content: Uint8Array,
    options: { readonly create: boolean; readonly overwrite: boolean },
  ): Promise<void> {
    const { pond, path } = await this.#locateWritable(uri);
    await this.#request(uri, 'write', { pond, path, content, create: options.create, overwrite: options.overwrite });
  }

  async createDirectory(uri: vscode.Uri): Promise<void> {
    const { pond, path } = await this.#locateWritable(uri);
    await this.#request(uri, 'makeDirectory', { pond, path });
  }

  async delete(uri: vscode.Uri, options: { readonly recursive: boolean }): Promise<void> {
    const { pond, path } = await this.#locateWritable(uri);
    await this.#request(uri, 'remove', { pond, paths: [path], recursive: options.recursive });
  }

  async rename(from: vscode.Uri, to: vscode.Uri, options: { readonly overwrite: boolean }): Promise<void> {
    const source = await this.#locateWritable(from);
    const target = await this.#locateWritable(to);
    if (source.pond !== target.pond) {
      await moveBetweenPonds(this.#client, { from: source, to: target, overwrite: options.overwrite });
      return;
    }
    await this.#request(from, 'rename', {
      pond: source.pond,
      from: source.path,
      to: target.path,
      overwrite: options.overwrite,
    });
  }

  async copy(from: vscode.Uri, to: vscode.Uri, options: { readonly overwrite: boolean }): Promise<void> {
    const { location: source } = await this.#locate(from);
    const target = await this.#locateWritable(to);
    const { overwrite } = options;
    if (source.pond === target.pond && source.at === undefined) {
      const { pond } = source;
      await this.#request(from, 'copy', { pond, from: source.path, to: target.path, recursive: true, overwrite });
      return;
    }
    await this.#copyContent(from, to, overwrite);
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose();
    this.#watches.dispose();
  }

  /** Copies between ponds, or from an old version, where the server cannot share the content. */
  async #copyContent(from: vscode.Uri, to: vscode.Uri, overwrite: boolean): Promise<void> {
    if (((await this.stat(from)).type & vscode.FileType.Directory) === 0) {
      await this.writeFile(to, await this.readFile(from), { create: true, overwrite });
      return;
    }
    await this.createDirectory(to);
    for (const [name] of await this.readDirectory(from)) {
      await this.#copyContent(vscode.Uri.joinPath(from, name), vscode.Uri.joinPath(to, name), overwrite);
    }
  }

  /** Parses a URI and opens its pond. */
  async #locate(uri: vscode.Uri): Promise<{ readonly location: PondLocation; readonly opened: OpenedPond }> {
    const location = parsePondUri(uri);
    if (location === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    if (location.at !== undefined && !/^\d+$/.test(location.at)) this.#trackMoving(uri);
    try {
      return { location, opened: await this.#ponds.open(location.pond) };
    } catch (error) {
      throw fileSystemError(error, uri);
    }
  }

  async #locateWritable(uri: vscode.Uri): Promise<PondLocation> {
    const { location } = await this.#locate(uri);
    if (location.at !== undefined)
      throw vscode.FileSystemError.NoPermissions(
        'an old version cannot be changed: run "Pond: Restore Version…" to stage it',
      );
    return location;
  }

  async #request<N extends CommandName>(uri: vscode.Uri, name: N, params: Params<N>): Promise<Result<N>> {
    try {
      return await this.#client.request(name, params);
    } catch (error) {
      throw fileSystemError(error, uri);
    }
  }

  #trackMoving(uri: vscode.Uri): void {
    const key = uri.toString();
    this.#moving.delete(key);
    this.#moving.set(key, uri);
    const [oldest] = this.#moving.keys();
    if (this.#moving.size > movingMax && oldest !== undefined) this.#moving.delete(oldest);
  }

  #treeChanged({ pond, changes }: ChangedEvent): void {
    for (const { kind, path } of changes) {
      const uri = pondUri(pond, path);
      this.#watches.offer(changeTypes[kind], uri);
      // The server reports a file as created until it is committed, even when it is written again.
      if (kind === 'created') this.#watches.offer(vscode.FileChangeType.Changed, uri);
    }
  }

  #headMoved(pond: string): void {
    for (const uri of this.#moving.values()) {
      if (parsePondUri(uri)?.pond === pond) this.#watches.send(vscode.FileChangeType.Changed, uri);
    }
  }
}

const changeTypes = {
  created: vscode.FileChangeType.Created,
  changed: vscode.FileChangeType.Changed,
  deleted: vscode.FileChangeType.Deleted,
} as const;

/** Request parameters of a location; `at` only if defined. */
function wire({ pond, path, at }: PondLocation): { pond: string; path: string; at?: string } {
  return at === undefined ? { pond, path } : { pond, path, at };
}

/** VS Code's type of a node: a link is flagged and has the type of its target, or Unknown when it dangles. */
function fileType(type: FileTypeName, targetType: FileTypeName | undefined): vscode.FileType {
  if (type !== 'symlink') return plainType(type);
  const end = targetType === undefined ? vscode.FileType.Unknown : plainType(targetType);
  return vscode.FileType.SymbolicLink | end;
}

function plainType(type: FileTypeName): vscode.FileType {
  return type === 'directory' ? vscode.FileType.Directory : vscode.FileType.File;
}
