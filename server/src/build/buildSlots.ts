import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { type Analysis } from '../sandbox/analysis.ts';
import { type UserBuild } from '../sandbox/build.ts';
import { type BuildSandbox } from '../sandbox/buildSandbox.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { temporaryPathIn } from '../storage/durable.ts';
import { removeTemporaryDirectory } from '../storage/temporaryDirectory.ts';

/**
 * Input files up to this number and total size are copied, as copying costs less than opening a database for each
 * build.
 */
const copiedFilesMax = 16;
const copiedBytesMax = 4 * 1024 * 1024;

/** Time that a database waits for the next file of its query, milliseconds. */
const idleMs = 3000;

/** A slot in which one query of a document runs over one file after another, with the database that is locked to it. */
export interface BuildSlot {
  /** Equal for builds that can share a database; undefined for a build that shares none. */
  readonly key: string | undefined;
  /** Host paths of the input during a build. */
  readonly inputs: readonly string[];
  /** Host path of the result, next to the first target. */
  readonly result: string;
  /** The SQL of the previous build, as it ran, and its analysis. */
  analyzed: { readonly text: string; readonly analysis: Analysis } | undefined;
  /** The sandbox, with the tables that all builds share; undefined before the first build. */
  opened: { readonly sandbox: BuildSandbox; readonly tables: ReadonlySet<string> } | undefined;
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
export class BuildSlots {
  readonly #options: BuildSlotsOptions;
  #idle: readonly BuildSlot[] = [];
  #busyCount = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BuildSlotsOptions) {
    this.#options = options;
  }

  /**
   * Returns a slot in which the same query ran before, or a new one, for exclusive use until it is released. With
   * `isOnce`, and for large inputs, the slot serves this build alone, and the input is read where it is.
   */
  acquire(build: UserBuild, { isOnce }: { readonly isOnce: boolean }): BuildSlot {
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
  release(slot: BuildSlot, { isReusable }: { readonly isReusable: boolean }): void {
    this.#busyCount -= 1;
    if (isReusable && slot.key !== undefined && slot.opened?.sandbox.hasViews === true) {
      this.#idle = [...this.#idle, slot];
    } else close(slot);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#closeIdle(this.#idle.length), idleMs).unref();
  }

  #closeIdle(count: number): void {
    for (const slot of this.#idle.slice(0, count)) close(slot);
    this.#idle = this.#idle.slice(count);
  }

  #create({ input, target }: UserBuild, key: string | undefined): BuildSlot {
    const { directory, openDisk } = this.#options;
    const name = randomUUID();
    const folder = join(directory, name);
    // The database creates its own directory in it, but no parent directories.
    openDisk(directory).makeDirectory(name);
    return {
      key,
      inputs: input.files.map(({ hostPath }, index) => (key === undefined ? hostPath : join(folder, `input${index}`))),
      result: join(dirname(target), temporaryPathIn('')),
      folder,
      spillDirectory: join(folder, 'spill'),
      analyzed: undefined,
      opened: undefined,
    };
  }

  #exists(directory: string): boolean {
    return this.#options.openDisk(directory).stat('') !== undefined;
  }
}

function close({ opened, folder }: BuildSlot): void {
  opened?.sandbox.close();
  removeTemporaryDirectory(folder);
}

/** Host paths of tables refer to content that never changes. A result is moved only to targets on the same disk. */
function keyOf({ sql, input, tables, target }: UserBuild): string {
  return JSON.stringify([sql, input.files.length, tables, dirname(dirname(target))]);
}

function isSmall({ input: { files } }: UserBuild): boolean {
  return files.length <= copiedFilesMax && files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) <= copiedBytesMax;
}
