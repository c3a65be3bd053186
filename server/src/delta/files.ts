import { type Add } from './actions.ts';

/** A live data file of a snapshot. */
export interface AddFile {
  /** Percent-decoded: relative to the table root, unless isInsideTable says no. */
  readonly path: string;
  /** The action as it stands in the log; its path is still encoded. */
  readonly add: Add;
  /** The version that added the file; undefined when it is known from a checkpoint alone, which does not keep it. */
  readonly addedVersion: number | undefined;
}

/** Returns the live file that an action makes. */
export function addFileOf(add: Add, addedVersion: number | undefined): AddFile {
  return { path: decodePath(add.path), add, addedVersion };
}

/**
 * Returns the path that a URI reference in the log names, decoded once. Throws a URIError, which parsing has ruled out.
 */
export function decodePath(uri: string): string {
  return uri.includes('%') ? decodeURIComponent(uri) : uri;
}

/**
 * False for paths that other engines may use and a table's disk cannot reach: absolute, with a scheme, or climbing out.
 */
export function isInsideTable(path: string): boolean {
  if (/^[a-z][a-z0-9+.-]+:/i.test(path) || /[\0\\]/.test(path)) return false;
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
}

/**
 * Returns the number of rows that the file's statistics state, or undefined when they are absent or of another shape.
 */
export function numRecords(add: Add): number | undefined {
  if (add.stats === undefined) return undefined;
  try {
    const stats: unknown = JSON.parse(add.stats);
    const count = typeof stats === 'object' && stats !== null && 'numRecords' in stats ? stats.numRecords : undefined;
    return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
  } catch {
    return undefined;
  }
}
