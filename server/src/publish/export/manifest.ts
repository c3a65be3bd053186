/**
 * Record of earlier exports to a folder: a file next to them lists the files they wrote, and from which inputs.
 *
 * - Later exports remove only files listed there, never a user's own.
 * - A set with an equal key and unmodified files need not be written again.
 */
import { fieldsOf, parseJson } from '../../base/json.ts';
import { type Disk } from '../../storage/disk.ts';
import { replaceFile } from '../../storage/durable.ts';
import { hostNameProblem } from '../../storage/hostNameProblem.ts';
import { readRecord } from './hostFiles.ts';

/** Name of the file, in the export folder; in lower case. */
const manifestName = '.pond-export.json';

/** A written file. */
export interface ExportedFile {
  /** Relative to the export folder, with `/` between names. */
  readonly file: string;
  /** Seconds since 1970 UTC, inclusive and exclusive; null unless the file is a partition of a series by time. */
  readonly startTime: number | null;
  readonly endTime: number | null;
  readonly sizeBytes: number;
  /** Time reported by the host after the write, milliseconds since 1970 UTC. */
  readonly modifiedMs: number;
}

/** The files of one series, table or text. */
export interface ExportedSet {
  /** The exported pattern: a later export of the same pattern removes sets that it no longer contains. */
  readonly origin: string;
  /** Hash of all inputs of the files. */
  readonly key: string;
  readonly files: readonly ExportedFile[];
}

/** Sets by name: the common prefix of their paths. */
export type Manifest = ReadonlyMap<string, ExportedSet>;

const format = 1;

/** Returns the folder's manifest; empty when it is missing or of another version. */
export function readManifest(disk: Disk): Manifest {
  const bytes = readRecord(disk, manifestName);
  if (bytes === undefined) return new Map();
  const manifest = fieldsOf(parseJson(bytes));
  // The files are unknown then: they are compared, and none is removed.
  if (manifest['format'] !== format) return new Map();
  const sets = Object.entries(fieldsOf(manifest['sets']));
  return new Map(
    sets.flatMap(([name, value]) => {
      const set = parseSet(value);
      return set === undefined ? [] : [[name, set] as const];
    }),
  );
}

/**
 * Writes the manifest, unless it is unchanged. Concurrent entries of another export stay: only the sets that differ
 * between `before` and `after` change.
 */
export function writeManifest(disk: Disk, before: Manifest, after: Manifest): void {
  const manifest = new Map(readManifest(disk));
  for (const name of before.keys()) if (!after.has(name)) manifest.delete(name);
  for (const [name, set] of after) if (set !== before.get(name)) manifest.set(name, set);
  const sets = Object.fromEntries([...manifest].sort(([a], [b]) => (a < b ? -1 : 1)));
  const bytes = Buffer.from(`${JSON.stringify({ format, sets }, null, 1)}\n`);
  const there = disk.readFile(manifestName);
  if (there === undefined ? manifest.size === 0 : bytes.equals(there)) return;
  // A series without rows wrote no file, so the folder may be missing.
  disk.makeDirectory('');
  replaceFile(disk, manifestName, bytes);
}

/**
 * Returns the reason why a path below the folder cannot be exported to: the host does not allow the name, or it is that
 * of the manifest. Undefined when it can.
 */
export function exportNameProblem(relativePath: string): string | undefined {
  const [first] = relativePath.toLowerCase().split('/');
  if (first === manifestName) return 'its name is that of the list of what was exported';
  return hostNameProblem(relativePath);
}

/** True when the file on the disk is unmodified since its export. */
export function isAsLeft(disk: Disk, { file, sizeBytes, modifiedMs }: ExportedFile): boolean {
  const stat = disk.stat(file);
  return stat?.kind === 'file' && stat.sizeBytes === sizeBytes && stat.modifiedMs === modifiedMs;
}

/** Undefined for a set that no export wrote: none of its files is known then. */
function parseSet(value: unknown): ExportedSet | undefined {
  const { origin, key, files } = fieldsOf(value);
  if (typeof origin !== 'string' || typeof key !== 'string' || !Array.isArray(files)) return undefined;
  const parsed = files.map(parseFile);
  const valid = parsed.filter((file) => file !== undefined);
  return valid.length === parsed.length ? { origin, key, files: valid } : undefined;
}

function parseFile(value: unknown): ExportedFile | undefined {
  const { file, startTime, endTime, sizeBytes, modifiedMs } = fieldsOf(value);
  if (typeof file !== 'string' || !isExportPath(file)) return undefined;
  if (!isTime(startTime) || !isTime(endTime)) return undefined;
  if (typeof sizeBytes !== 'number' || typeof modifiedMs !== 'number') return undefined;
  return { file, startTime, endTime, sizeBytes, modifiedMs };
}

const isTime = (value: unknown): value is number | null => value === null || typeof value === 'number';

/** False for a path that leads out of the folder: no export writes one. */
export function isExportPath(path: string): boolean {
  return path.split('/').every((name) => !/^\.{0,2}$|[\0\\]/.test(name));
}
