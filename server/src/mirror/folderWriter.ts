/** Changes of the folder, each checked against the state in which the item was compared. */
import { createHash } from 'node:crypto';
import { assert } from '../base/assert.ts';
import { PondError } from '../base/error.ts';
import { sha256Of } from '../base/sha256.ts';
import { parentOf } from '../storage/diskPath.ts';
import { type HostFolder, type HostItemState } from '../storage/hostFolder.ts';
import { type Step } from './plan.ts';
import { isSameState } from './scanFolder.ts';
import { makeDirectories, moveToTrash } from './trash.ts';
import { directoryValue, fileValue, type FolderItem, isDerived, isDirectory, linkValue } from './types.ts';

/** Content of an item of the pond: a directory, a link with its target, or bytes. */
export type PondContent =
  | { readonly kind: 'directory' }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'file'; readonly bytes: AsyncIterable<Uint8Array> };

const newFileMode = 0o666;
const readOnlyMode = 0o444;

/** An item that is no longer as it was compared: the next round decides again. */
export class ChangedMeanwhileError extends Error {
  constructor() {
    super('it changed during the round; the next one takes it');
  }
}

/** Writes to the folder of a mirror. */
export class FolderWriter {
  readonly #folder: HostFolder;
  readonly #now: () => number;

  constructor(folder: HostFolder, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  /**
   * Puts content of the pond at the path of a step, durably, and returns the item that is there now. What was there is
   * moved to the trash if `keeps`, and otherwise known to the pond.
   */
  async write(step: Step, content: PondContent, keeps: boolean): Promise<FolderItem> {
    const { path } = step;
    makeDirectories(this.#folder, parentOf(path));
    if (content.kind === 'directory') {
      this.#clear(step, keeps, true);
      makeDirectories(this.#folder, path);
      return this.#itemAt(path, directoryValue);
    }
    if (content.kind === 'link') {
      const temporary = this.#folder.linkNew(parentOf(path), content.target);
      return this.#place(step, temporary, keeps, linkValue(sha256Of(content.target)));
    }
    const hash = createHash('sha256');
    const temporary = await this.#folder.writeNew(parentOf(path), hashing(content.bytes, hash), modeOf(step));
    return this.#place(step, temporary, keeps, fileValue(hash.digest('hex')));
  }

  /** Moves the item at the origin of a step to its path. */
  move(step: Step, from: Step): FolderItem {
    const { folder: item } = from;
    assert(item !== undefined, () => `an item of the folder is moved from ${from.path}`);
    this.#requireSame(from);
    this.#requireSame(step);
    makeDirectories(this.#folder, parentOf(step.path));
    this.#folder.rename(from.path, step.path);
    this.#folder.sync(parentOf(step.path));
    this.#folder.sync(parentOf(from.path));
    return this.#itemAt(step.path, item.value);
  }

  /** Moves a file to the trash, or removes an empty directory. False for a directory that is not empty. */
  delete(step: Step): boolean {
    const { path, folder } = step;
    if (isDirectory(folder?.value)) {
      const isRemoved = this.#folder.removeDirectory(path);
      if (isRemoved) this.#folder.sync(parentOf(path));
      return isRemoved;
    }
    this.#requireSame(step);
    moveToTrash(this.#folder, path, this.#now());
    return true;
  }

  #place(step: Step, temporary: string, keeps: boolean, value: string): FolderItem {
    try {
      this.#clear(step, keeps, false);
      this.#folder.rename(temporary, step.path);
    } catch (error) {
      this.#folder.remove(temporary);
      throw error;
    }
    this.#folder.sync(parentOf(step.path));
    return this.#itemAt(step.path, value);
  }

  /** Makes room at the path of a step: only what could not be replaced by a rename, or is to be kept, is moved away. */
  #clear(step: Step, keeps: boolean, forDirectory: boolean): void {
    const { path, folder } = step;
    this.#requireSame(step);
    if (folder === undefined) return;
    if (isDirectory(folder.value)) {
      if (!forDirectory && !this.#folder.removeDirectory(path)) throw notEmpty(path);
    } else if (keeps || forDirectory) moveToTrash(this.#folder, path, this.#now());
  }

  /** Fails ChangedMeanwhileError unless the item is as it was compared. */
  #requireSame({ path, folder }: Step): void {
    const now = this.#folder.stat(path);
    if (folder === undefined && now === undefined) return;
    if (folder !== undefined && now !== undefined && now.kind !== 'other') {
      const isSame = isDirectory(folder.value) ? now.kind === 'directory' : isSameState(now.state, folder.state);
      if (isSame) return;
    }
    throw new ChangedMeanwhileError();
  }

  #itemAt(path: string, value: string): FolderItem {
    const item = this.#folder.stat(path);
    if (item === undefined || item.kind === 'other') throw new ChangedMeanwhileError();
    return { value, state: item.state };
  }
}

/** A file keeps the permissions of the one that it replaces; a copy of derived content is read-only. */
function modeOf({ pond, folder }: Step): number {
  if (isDerived(pond?.value)) return readOnlyMode;
  const state: HostItemState | undefined = isDirectory(folder?.value) ? undefined : folder?.state;
  return state === undefined ? newFileMode : state.mode | 0o200;
}

function notEmpty(path: string): PondError {
  return new PondError('directory-not-empty', 'a directory is in its place that is not empty', { path });
}

async function* hashing(
  bytes: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}
