import { dirname, join } from 'node:path';
import { type UserBuild } from '../sandbox/build.ts';
import { FileNames } from '../sandbox/fileNames.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { removeQuietly, temporaryPathIn } from '../storage/durable.ts';
import { copyHostFile } from '../storage/hostTransfer.ts';
import { removeTemporaryDirectory } from '../storage/temporaryDirectory.ts';

/**
 * Input files up to this number and total size are copied, as copying costs less than opening a database for each
 * build.
 */
const copiedFilesMax = 16;
const copiedBytesMax = 4 * 1024 * 1024;

/** Time that a database waits for the next file of its query, milliseconds. */
const idleMs = 3000;

/**
 * A slot in which one query of a document runs over one file after another, with the database that is locked to it.
 * `Opened` is what its builds share.
 */
export interface BuildSlot<Opened> {
  readonly number: number;
  /** Equal for builds that can share a database; undefined for a build that shares none. */
  readonly key: string | undefined;
  /** Names of the files that are read where they are. */
  readonly files: FileNames;
  /** Host path of the result, next to the first target. */
  readonly result: string;
  /** Undefined before the first build. */
  opened: Opened | undefined;
  /** Host directory of this slot alone. */
  readonly folder: string;
  /** Directory in it for data that does not fit in the database's memory. */
  readonly spillDirectory: string;
}

/** Parts of the slots of a worker. */
interface BuildSlotsOptions {
  /** Host directory of the slots alone. */
  readonly directory: string;
  /** Maximum number of databases. */
  readonly countMax: number;
  readonly openDisk: OpenDisk;
}

/**
 * Keeps databases for a short time. A database serves only identical SQL with the same other tables, so that no
 * document could find data of another, even if a build could leave any.
 */
export class BuildSlots<Opened extends { readonly sandbox: { close(): void } }> {
  readonly #options: BuildSlotsOptions;
  #idle: readonly BuildSlot<Opened>[] = [];
  #busyCount = 0;
  /** Numbers of slots that are open; each names the directory of one. */
  readonly #numbers = new Set<number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BuildSlotsOptions) {
    this.#options = options;
  }

  /**
   * Returns a slot in which the same query ran before, or a new one, for exclusive use until it is released. With
   * `isOnce`, and for large inputs, the slot serves this build alone, and the input is read where it is: see
   * placeFiles.
   */
  acquire(build: UserBuild, { isOnce }: { readonly isOnce: boolean }): BuildSlot<Opened> {
    const key = isOnce || !isSmall(build) ? undefined : keyOf(build);
    clearTimeout(this.#timer);
    const known = this.#idle.find((slot) => slot.key === key && this.#exists(dirname(slot.result)));
    this.#idle = this.#idle.filter((slot) => slot !== known);
    this.#closeIdle(Math.max(0, this.#idle.length + this.#busyCount + 1 - this.#options.countMax));
    const slot = known ?? this.#create(build, key);
    this.#busyCount += 1;
    return slot;
  }

  /** Releases a slot; closes one that is not reusable. */
  release(slot: BuildSlot<Opened>, { isReusable }: { readonly isReusable: boolean }): void {
    this.#busyCount -= 1;
    if (isReusable && slot.key !== undefined) this.#idle = [...this.#idle, slot];
    else this.#close(slot);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#closeIdle(this.#idle.length), idleMs).unref();
  }

  #closeIdle(count: number): void {
    for (const slot of this.#idle.slice(0, count)) this.#close(slot);
    this.#idle = this.#idle.slice(count);
  }

  #create({ target }: UserBuild, key: string | undefined): BuildSlot<Opened> {
    const { directory, openDisk } = this.#options;
    let number = 0;
    while (this.#numbers.has(number)) number += 1;
    this.#numbers.add(number);
    const folder = join(directory, String(number));
    // The database creates its own directory in it, but no parent directories.
    openDisk(directory).makeDirectory(String(number));
    return {
      number,
      key,
      files: new FileNames(join(folder, 'files'), openDisk),
      result: join(dirname(target), temporaryPathIn('')),
      folder,
      spillDirectory: join(folder, 'spill'),
      opened: undefined,
    };
  }

  #close({ opened, folder, number }: BuildSlot<Opened>): void {
    opened?.sandbox.close();
    removeTemporaryDirectory(folder);
    this.#numbers.delete(number);
  }

  #exists(directory: string): boolean {
    return this.#options.openDisk(directory).stat('') !== undefined;
  }
}

/**
 * Returns the build with its files under the names by which the database of the slot may open them: an input that
 * changes from build to build is copied there, all others are links. Fails `storage-failed` for a missing file.
 */
export function placeFiles(slot: BuildSlot<unknown>, build: UserBuild, openDisk: OpenDisk): UserBuild {
  const linked = <T extends { readonly hostPath: string }>(files: readonly T[]): readonly T[] =>
    files.map((file) => slot.files.named(file));
  const copied = <T extends { readonly hostPath: string }>(files: readonly T[]): readonly T[] =>
    files.map((file, index) => {
      const hostPath = join(slot.folder, inputName(index));
      // The query reports a missing file.
      copyHostFile(openDisk, file.hostPath, hostPath);
      return { ...file, hostPath };
    });
  const { input } = build;
  return {
    ...build,
    input: { ...input, files: slot.key === undefined ? linked(input.files) : copied(input.files) },
    tables: build.tables.map((table) => ({ ...table, files: linked(table.files) })),
  };
}

/** Removes the copies of an input of `count` files. */
export function removeCopies({ key, folder }: BuildSlot<unknown>, count: number, openDisk: OpenDisk): void {
  if (key === undefined) return;
  const disk = openDisk(folder);
  for (let index = 0; index < count; index += 1) removeQuietly(disk, inputName(index));
}

/** Names of one length, so that none is the beginning of another. */
const inputName = (index: number): string => `input${String(index).padStart(2, '0')}`;

/** Host paths of tables refer to content that never changes. A result is moved only to targets on the same disk. */
function keyOf({ sql, input, tables, target }: UserBuild): string {
  return JSON.stringify([sql, input.files.length, tables, dirname(dirname(target))]);
}

function isSmall({ input: { files } }: UserBuild): boolean {
  return files.length <= copiedFilesMax && files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) <= copiedBytesMax;
}
