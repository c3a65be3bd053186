/**
 * What a folder has of exports before: a file beside them says which files they wrote, of what.
 *
 * - Only what stands there is ever removed by a later export; a person's own files never are.
 * - A set whose key is the same, and whose files are as they were left, need not be made again.
 */
import { type Disk } from '../../storage/disk.ts';
import { replaceFile } from '../../storage/durable.ts';
import { hostNameProblem } from '../../storage/hostTree.ts';

/** Name of the file, in the folder that is exported to; in lower case. */
const manifestName = '.pond-export.json';

/** A file that was written. */
export interface ExportedFile {
  /** Relative to the folder that was exported to, with `/` between names. */
  readonly file: string;
  /** Seconds since 1970 UTC, inclusive and exclusive; null where the file is not a part of a series by time. */
  readonly startTime: number | null;
  readonly endTime: number | null;
  readonly sizeBytes: number;
  /** As the host had it after the file was written, milliseconds since 1970. */
  readonly modifiedMs: number;
}

/** The files of one series, table or text. */
export interface ExportedSet {
  /** What asked for it: another export by the same pattern that does not have it any more removes it. */
  readonly origin: string;
  /** Hash of all that the files are made of. */
  readonly key: string;
  readonly files: readonly ExportedFile[];
}

/** Sets by their name: the path that their files begin with. */
export type Manifest = ReadonlyMap<string, ExportedSet>;

const format = 1;

/** What the folder says; an empty manifest when it has none, or none that this version wrote. */
export function readManifest(disk: Disk): Manifest {
  const bytes = disk.readFile(manifestName);
  if (bytes === undefined) return new Map();
  try {
    const value = JSON.parse(Buffer.from(bytes).toString()) as { format?: unknown; sets?: Record<string, unknown> };
    if (value.format !== format) return new Map();
    const sets = Object.entries(value.sets ?? {});
    return new Map(sets.flatMap(([name, set]) => (isSet(set) ? [[name, set] as const] : [])));
  } catch {
    // Nothing is known of the files then: they are compared, and none is removed.
    return new Map();
  }
}

/**
 * Writes what became of a manifest, unless the folder has it as it is. What another export told there meanwhile stays:
 * only the sets that differ between `before` and `after` are changed.
 */
export function writeManifest(disk: Disk, before: Manifest, after: Manifest): void {
  const manifest = new Map(readManifest(disk));
  for (const name of before.keys()) if (!after.has(name)) manifest.delete(name);
  for (const [name, set] of after) if (set !== before.get(name)) manifest.set(name, set);
  const sets = Object.fromEntries([...manifest].sort(([a], [b]) => (a < b ? -1 : 1)));
  const bytes = Buffer.from(`${JSON.stringify({ format, sets }, null, 1)}\n`);
  const there = disk.readFile(manifestName);
  if (there === undefined ? manifest.size === 0 : bytes.equals(there)) return;
  // A series without a row has no file that made the folder.
  disk.makeDirectory('');
  replaceFile(disk, manifestName, bytes);
}

/**
 * Why nothing may be exported to a path below the folder: the host cannot have the name, or it is that of the list
 * here, by which later exports remove files. Undefined when it may.
 */
export function exportNameProblem(relativePath: string): string | undefined {
  const [first] = relativePath.toLowerCase().split('/');
  if (first === manifestName) return 'its name is that of the list of what was exported';
  return hostNameProblem(relativePath);
}

/** True when the disk has the file as an export left it. */
export function isAsLeft(disk: Disk, { file, sizeBytes, modifiedMs }: ExportedFile): boolean {
  const stat = disk.stat(file);
  return stat?.kind === 'file' && stat.sizeBytes === sizeBytes && stat.modifiedMs === modifiedMs;
}

function isSet(value: unknown): value is ExportedSet {
  const { origin, key, files } = (value ?? {}) as Partial<Record<keyof ExportedSet, unknown>>;
  return typeof origin === 'string' && typeof key === 'string' && Array.isArray(files) && files.every(isFile);
}

/** A path that leads elsewhere is no path that an export wrote. */
function isFile(value: unknown): value is ExportedFile {
  const { file } = (value ?? {}) as Partial<Record<keyof ExportedFile, unknown>>;
  return typeof file === 'string' && file.split('/').every((name) => !/^\.{0,2}$|[\0\\]/.test(name));
}
