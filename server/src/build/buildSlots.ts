import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { openHostDisk } from '../storage/hostDisk.ts';
import { temporaryPathIn } from '../storage/durable.ts';
import { removeTemporaryDirectory } from '../storage/temporaryDirectory.ts';
import { type Analysis } from '../sandbox/analysis.ts';
import { type BuildSandbox } from '../sandbox/buildSandbox.ts';
import { type UserBuild } from '../sandbox/build.ts';

/**
 * Input files up to so many, and of so many bytes together, are copied: that costs less than to open a database for
 * them alone.
 */
const copiedFilesMax = 16;
const copiedBytesMax = 4 * 1024 * 1024;

/** How long a database waits for the next file of its query, milliseconds. */
const idleMs = 3000;

/** Where one query of a document runs over one file after the other, with the database that is locked to it. */
export interface BuildSlot {
  /** Tells apart what can not share a database; undefined for one build alone. */
  readonly key: string | undefined;
  /** Host paths where the input is to be while a build runs. */
  readonly inputs: readonly string[];
  /** Host path where the result is written, beside the first target. */
  readonly result: string;
  /** The SQL of the build before, as it ran, and what was found in it. */
  analyzed: { readonly text: string; readonly analysis: Analysis } | undefined;
  /** With the tables that all builds share; undefined before the first build. */
  opened: { readonly sandbox: BuildSandbox; readonly tables: ReadonlySet<string> } | undefined;
  /** Host directory of this workplace alone. */
  readonly folder: string;
  /** Where in it the database puts what does not fit in memory. */
  readonly spillDirectory: string;
}

export interface BuildSlots {
  /**
   * One where the same query ran before, or a new one. Nobody else has it until it is given back. With `isOnce`, and
   * for large inputs, it is for this build alone, and the input stays where it is.
   */
  take(build: UserBuild, options: { readonly isOnce: boolean }): BuildSlot;
  /** One that is not to be used again is closed. */
  giveBack(place: BuildSlot, options: { readonly isReusable: boolean }): void;
}

/**
 * Keeps as many databases as builds may run at once, for a short while: only for the very same SQL and the same other
 * tables, so that no document finds what another has left, were there a way to leave something.
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
  // The database makes its own directory in it, but none above.
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

/** Host paths of tables stand for contents that do not change. A result is moved to targets on the same disk only. */
function keyOf({ sql, input, tables, target }: UserBuild): string {
  return JSON.stringify([sql, input.files.length, tables, dirname(dirname(target))]);
}

function isSmall({ input: { files } }: UserBuild): boolean {
  return files.length <= copiedFilesMax && files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) <= copiedBytesMax;
}

function isThere(directory: string): boolean {
  return openHostDisk(directory).stat('') !== undefined;
}
