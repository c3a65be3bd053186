import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { openHostDisk } from '../storage/hostDisk.ts';
import { temporaryPathIn } from '../storage/durable.ts';
import { removeTemporaryDirectory } from '../storage/temporaryDirectory.ts';
import { type Analysis } from '../sandbox/analysis.ts';
import { type BuildSandbox } from '../sandbox/buildSandbox.ts';
import { type UserBuild } from '../sandbox/build.ts';

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

export interface BuildSlots {
  /**
   * Returns a slot in which the same query ran before, or a new one, for exclusive use until it is given back. With
   * `isOnce`, and for large inputs, the slot serves this build alone, and the input is read where it is.
   */
  take(build: UserBuild, options: { readonly isOnce: boolean }): BuildSlot;
  /** Takes a slot back; closes one that is not reusable. */
  giveBack(place: BuildSlot, options: { readonly isReusable: boolean }): void;
}

/**
 * Keeps up to `countMax` databases for a short time. A database serves only identical SQL with the same other tables,
 * so that no document could find data of another, even if a build could leave any.
 */
export function createBuildSlots(directory: string, countMax: number): BuildSlots {
  let idle: BuildSlot[] = [];
  let busy = 0;
  let timer: NodeJS.Timeout | undefined;

  function closeIdle(count: number): void {
    const closed = idle.slice(0, count);
    idle = idle.slice(count);
    for (const place of closed) close(place);
  }

  return {
    take(build, { isOnce }) {
      const key = isOnce || !isSmall(build) ? undefined : keyOf(build);
      clearTimeout(timer);
      const found = idle.find((place) => place.key === key && isThere(dirname(place.result)));
      idle = idle.filter((place) => place !== found);
      closeIdle(Math.max(0, idle.length + busy + 1 - countMax));
      const place = found ?? newPlace(build, key, directory);
      busy += 1;
      return place;
    },
    giveBack(place, { isReusable }) {
      busy -= 1;
      if (isReusable && place.key !== undefined && place.opened?.sandbox.hasViews === true) idle.push(place);
      else close(place);
      clearTimeout(timer);
      timer = setTimeout(() => closeIdle(idle.length), idleMs).unref();
    },
  };
}

function close({ opened, folder }: BuildSlot): void {
  opened?.sandbox.close();
  removeTemporaryDirectory(folder);
}

function newPlace({ input, target }: UserBuild, key: string | undefined, directory: string): BuildSlot {
  const name = randomUUID();
  const folder = join(directory, name);
  // The database creates its own directory in it, but no parent directories.
  openHostDisk(directory).makeDirectory(name);
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

/** Host paths of tables refer to content that never changes. A result is moved only to targets on the same disk. */
function keyOf({ sql, input, tables, target }: UserBuild): string {
  return JSON.stringify([sql, input.files.length, tables, dirname(dirname(target))]);
}

function isSmall({ input: { files } }: UserBuild): boolean {
  return files.length <= copiedFilesMax && files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) <= copiedBytesMax;
}

function isThere(directory: string): boolean {
  return openHostDisk(directory).stat('') !== undefined;
}
