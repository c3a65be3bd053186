/** Changes of the pond: in the transaction of a round, or staged in the working tree. */
import { createHash } from 'node:crypto';
import { assert } from '../base/assert.ts';
import { PondError } from '../base/error.ts';
import { type Pond } from '../pond/types.ts';
import { parentOf } from '../storage/diskPath.ts';
import { type HostFolder } from '../storage/hostFolder.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { ChangedMeanwhileError } from './folderWriter.ts';
import { pondPathOf, type Step } from './plan.ts';
import { fileValue, isDirectory, type SideValue } from './types.ts';

/** Files up to this size are read before they are stored. */
const wholeBytesMax = 1024 * 1024;

/** Target of the writes of a round. */
interface PondTarget {
  readonly pond: Pick<Pond, 'fs' | 'at' | 'resolve' | 'stageOn'>;
  readonly folder: HostFolder;
  /** Real path of the mirrored directory. */
  readonly top: string;
  /** Returns the tree that takes the folder's changes: that of a transaction, or the working tree. */
  readonly tree: () => Promise<FileSystem>;
}

/** Writes to the pond of a mirror. */
export class PondWriter {
  readonly #target: PondTarget;

  constructor(target: PondTarget) {
    this.#target = target;
  }

  /** Stores the folder's item at the path of a step, as the next version of what is there. */
  async take(step: Step): Promise<void> {
    await this.#store(await this.#target.tree(), step);
  }

  /** Stages the folder's item, or its absence, in place of what was staged of it. */
  async restage(step: Step): Promise<void> {
    if (step.folder === undefined) await this.#remove(this.#target.pond.fs, step);
    else await this.#store(this.#target.pond.fs, step);
  }

  /** Removes the item at the path of a step. False for a directory that is not empty. */
  async remove(step: Step): Promise<boolean> {
    return await this.#remove(await this.#target.tree(), step);
  }

  /** Moves the item at the origin of a step to its path, with its versions. Returns its path below the directory. */
  async move(step: Step, from: Step): Promise<string> {
    const root = await (await this.#target.tree()).root();
    const pondPath = movedPath(step, from);
    const to = this.#pathOf(pondPath);
    await this.#makeParents(root, to);
    await root.rename(this.#pathOf(pondPathOf(from.path, from)), to);
    return pondPath;
  }

  /** Stages the folder's file against what is committed, as a change of the common state. */
  async conflict(step: Step): Promise<void> {
    const { pond } = this.#target;
    const path = this.#pathOf(pondPathOf(step.path, step));
    const base = (await this.#isAt(step, path))
      ? (await pond.resolve(String(step.ancestor?.commit))).number
      : undefined;
    await pond.stageOn(path, await this.#contentOf(step), base);
  }

  /** True when the commit of the common state has its value at the path. */
  async #isAt({ ancestor }: Step, path: string): Promise<boolean> {
    if (ancestor?.pond === undefined) return false;
    const root = await (await this.#target.pond.at(String(ancestor.commit))).root();
    if (!(await root.exists(path))) return false;
    const node = (await root.get(path, { followLinks: false }))?.node;
    return node !== undefined && fileValue(node.sha256) === ancestor.pond;
  }

  async #store(fs: FileSystem, step: Step): Promise<void> {
    const { folder: item } = step;
    assert(item !== undefined, () => `the folder has an item at ${step.path}`);
    const root = await fs.root();
    const path = this.#pathOf(pondPathOf(step.path, step));
    const { value } = item;
    await this.#makeParents(root, path);
    const existing = (await root.get(path, { followLinks: false }))?.node;
    const isFile = value.startsWith('file ');
    const isReplaced = isFile ? existing?.type === 'file' || existing?.type === 'table' : false;
    if (existing !== undefined && !isReplaced && !(isDirectory(value) && existing.type === 'directory')) {
      await root.remove(path);
    }
    if (isDirectory(value)) await root.createDirectory(path, { parents: true });
    else if (isFile) await root.writeFile(path, await this.#contentOf(step));
    else await root.createSymlink(path, this.#target.folder.readLink(step.path));
  }

  async #remove(fs: FileSystem, step: Step): Promise<boolean> {
    const root = await fs.root();
    const path = this.#pathOf(pondPathOf(step.path, step));
    const at = await root.get(path, { followLinks: false });
    if (at === undefined) return true;
    if (at.isDirectory && (await root.list(path)).length > 0) return false;
    await root.remove(path);
    return true;
  }

  /** Makes the directories above a path. Fails `path-escapes` when one of them is a link. */
  async #makeParents(root: WorkingDirectory, path: string): Promise<void> {
    const above = parentOf(path) === '' ? '/' : parentOf(path);
    await root.createDirectory(above, { parents: true });
    if ((await root.get(above))?.path === above) return;
    throw new PondError('path-escapes', `a link of the pond is above ${path}`, { path });
  }

  #pathOf(pondPath: string): string {
    return this.#target.top === '/' ? `/${pondPath}` : `${this.#target.top}/${pondPath}`;
  }

  /** Content of the folder's file. Fails ChangedMeanwhileError unless it is what was compared. */
  async #contentOf({ path, folder }: Step): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
    const stream = checked(this.#target.folder.read(path), folder?.value);
    if ((folder?.state.sizeBytes ?? 0) > wholeBytesMax) return stream;
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return new Uint8Array(Buffer.concat(chunks));
  }
}

/** A table keeps its name without the extension that it has in the folder. */
function movedPath({ path }: Step, from: Step): string {
  const isShortened = `${pondPathOf(from.path, from)}.parquet` === from.path;
  return isShortened && path.endsWith('.parquet') ? path.slice(0, -'.parquet'.length) : path;
}

async function* checked(bytes: AsyncIterable<Uint8Array>, value: SideValue | undefined): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
  if (fileValue(hash.digest('hex')) !== value) throw new ChangedMeanwhileError();
}
