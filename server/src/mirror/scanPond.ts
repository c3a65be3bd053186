/** The pond's side, from a committed tree. A directory whose hash is that of the state is not listed. */
import { isPondError, PondError } from '../base/error.ts';
import { isStored } from '../pond/node.ts';
import { joinPath, parentOf } from '../storage/diskPath.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { type LeftPaths } from './problems.ts';
import { staysInside } from './scanFolder.ts';
import { folderNameProblem, type MirrorScope } from './scope.ts';
import {
  type Ancestor,
  derivedValue,
  directoryValue,
  fileValue,
  type Items,
  linkValue,
  type PondItem,
} from './types.ts';

/** Facts about resources that the pond's side needs. */
export interface PondNames {
  /** True for a file that the pond keeps for itself: the document and the records of a resource. */
  isBookkeeping(path: string): boolean;
  /** True where directories may hold derived content, which their hashes do not cover. */
  mayDerive(path: string): boolean;
}

/** Services of a scan. */
interface PondScan {
  readonly fs: FileSystem;
  readonly scope: MirrorScope;
  readonly ancestors: Items<Ancestor>;
  readonly names: PondNames;
  /** Hash of the whole value of a node. */
  readonly contentKey: (node: NodePath['node']) => string;
  readonly left: LeftPaths;
  /** Host path of the folder, for the length of paths. */
  readonly folderPath: string;
  readonly yieldToEventLoop: () => Promise<void>;
}

/** The pond's side of a mirror. */
interface PondSide {
  /** Real path of the mirrored directory. */
  readonly top: string;
  readonly items: Map<string, PondItem>;
}

/**
 * Returns the pond's side, without items when the mirrored directory is missing. What cannot be compared is held. Fails
 * `not-a-directory`.
 */
export async function scanPond(scan: PondScan): Promise<PondSide> {
  const items = new Map<string, PondItem>();
  const { directory } = scan.scope;
  const root = await scan.fs.root();
  const at = (await root.exists(directory)) ? await root.get(directory) : undefined;
  if (at === undefined) return { top: directory, items };
  if (!at.isDirectory) {
    throw new PondError('not-a-directory', `expected a directory at ${directory}, got a file`, { path: directory });
  }
  await new PondWalk(scan, root, items).directory(at, '');
  return { top: at.path, items };
}

class PondWalk {
  readonly #scan: PondScan;
  readonly #root: WorkingDirectory;
  readonly #items: Map<string, PondItem>;
  #below: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(scan: PondScan, root: WorkingDirectory, items: Map<string, PondItem>) {
    this.#scan = scan;
    this.#root = root;
    this.#items = items;
  }

  /** Adds a directory with what is below it; true when something in it is mirrored, or nothing is there at all. */
  async directory(at: NodePath, path: string): Promise<boolean> {
    const { ancestors, names, yieldToEventLoop } = this.#scan;
    await yieldToEventLoop();
    const tree = names.mayDerive(at.path) ? undefined : at.node.sha256;
    const own = { value: directoryValue, pondPath: path, node: at.node, nodeId: at.node.id };
    const add = (): void => void this.#items.set(path, tree === undefined ? own : { ...own, tree });
    if (tree !== undefined && ancestors.get(path)?.tree === tree) {
      add();
      this.#takeState(path);
      return true;
    }
    const entries = await this.#list(at, path);
    if (entries === undefined) return true;
    let mirrored = 0;
    for (const entry of entries) if (await this.#entry(entry, path)) mirrored += 1;
    const isMirrored = mirrored > 0 || entries.length === 0;
    if (path === '' || (isMirrored && this.#scan.scope.hasDirectories)) add();
    return isMirrored;
  }

  async #list(at: NodePath, path: string): Promise<readonly NodePath[] | undefined> {
    try {
      return await this.#root.list(at.path);
    } catch (error) {
      if (!isPondError(error) || error.code === 'cancelled') throw error;
      this.#scan.left.hold(path, error.message, true);
      return undefined;
    }
  }

  /** Both sides were the same below the directory, and the pond's still is. */
  #takeState(directory: string): void {
    this.#below ??= childrenOf(this.#scan.ancestors);
    for (const path of this.#below.get(directory) ?? []) {
      const { pond, pondPath, nodeId, tree } = this.#scan.ancestors.get(path)!;
      if (pond === undefined) continue;
      const item = { value: pond, pondPath, node: undefined, nodeId };
      this.#items.set(path, tree === undefined ? item : { ...item, tree });
      this.#takeState(path);
    }
  }

  /** True when the entry is mirrored, or would be. */
  async #entry(entry: NodePath, directory: string): Promise<boolean> {
    const { scope, names, left, folderPath } = this.#scan;
    const pondPath = joinPath(directory, entry.basename);
    const components = pondPath.split('/');
    if (scope.ignores(components) || names.isBookkeeping(entry.path)) return false;
    if (!entry.isDirectory && !scope.selects(components)) return false;
    const path = entry.isDirectory ? pondPath : fileName(pondPath, entry.node.type);
    const problem = folderNameProblem(path, folderPath);
    const other = this.#items.get(path);
    if (problem !== undefined) left.hold(path, problem);
    else if (other !== undefined) left.hold(path, `${other.pondPath} and ${pondPath} of the pond have that name`);
    else if (entry.isDirectory) return await this.directory(entry, pondPath);
    else await this.#file(entry, path, pondPath);
    return true;
  }

  async #file({ node }: NodePath, path: string, pondPath: string): Promise<void> {
    const add = (value: string): void => void this.#items.set(path, { value, pondPath, node, nodeId: node.id });
    if (node.type === 'symlink') {
      const target = await this.#root.backend.readlink(node);
      if (staysInside(path, target)) add(linkValue(node.sha256));
      else this.#scan.left.hold(path, 'it is a link that leads out of the mirrored directory');
    } else if (node.type === 'series' || !isStored(node)) add(derivedValue(this.#scan.contentKey(node)));
    else add(fileValue(node.sha256));
  }
}

/** Name of a file in the folder: a series or table is a Parquet file, with that extension. */
function fileName(pondPath: string, type: string): string {
  const isTable = type === 'series' || type === 'table';
  return isTable && !pondPath.endsWith('.parquet') ? `${pondPath}.parquet` : pondPath;
}

function childrenOf(ancestors: Items<Ancestor>): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  for (const path of ancestors.keys()) {
    if (path === '') continue;
    const above = parentOf(path);
    const among = children.get(above) ?? [];
    among.push(path);
    children.set(above, among);
  }
  return children;
}
