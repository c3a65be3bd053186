import { groupAdjacent } from '../../base/groupAdjacent.ts';
import { LruCache } from '../../base/lruCache.ts';
import { sha256Of } from '../../base/sha256.ts';
import { savedOr } from '../savedTexts.ts';
import { smallTexts, type SourceFile } from '../sources.ts';
import { type TextScope } from './decoded.ts';
import { savedOf, scanOf, type SavedScan, scanOfText, textOfScan } from './savedScan.ts';
import { scanFile } from './scanFile.ts';
import { type FileScan } from './tableScan.ts';
import { scanParts } from './scanParts.ts';
import { requireWhole } from './wholeFile.ts';

/** Maximum number of cached files; results for a content never expire. */
const filesMax = 20_000;

/** Bytes of one large file that are scanned in the time that a small file takes. */
const smallFileBytes = 16 * 1024;

const scans = new LruCache<string, FileScan>({ max: filesMax });

/** A file, with the name of its scan. */
interface NamedFile {
  readonly file: SourceFile;
  readonly name: string;
}

/** Returns the scan of a file; each content is scanned once for each format. Fails as scanFile and requireWhole. */
export async function cachedScan(scope: TextScope, file: SourceFile): Promise<FileScan> {
  const { key, sizeBytes } = file;
  if (key === undefined) return await find(scope, file);
  const name = nameOf(file);
  const place = { name: `scan ${name}`, sizeBytes, openDisk: scope.openDisk };
  const form = { write: textOfScan, read: scanOfText };
  return scans.get(name) ?? scans.set(name, await savedOr(place, form, () => find(scope, file)));
}

/**
 * Returns the scans of files, in order. Those of adjacent small files are saved together, in groups that one more file
 * leaves as they are, but for its own. Fails as cachedScan, for the first file that fails.
 */
export async function cachedScans(scope: TextScope, files: readonly SourceFile[]): Promise<readonly FileScan[]> {
  const named = files.map((file) => {
    const { key = '', sizeBytes } = file;
    // A file without a key has a group of its own.
    return { file, name: nameOf(file), key, sizeBytes: key === '' ? Infinity : sizeBytes };
  });
  const found: FileScan[] = [];
  for (const group of groupAdjacent(named, smallTexts)) found.push(...(await scansOf(scope, group)));
  return found;
}

async function scansOf(scope: TextScope, group: readonly NamedFile[]): Promise<readonly FileScan[]> {
  const each = async (): Promise<readonly FileScan[]> => {
    const found: FileScan[] = [];
    for (const { file } of group) found.push(await cachedScan(scope, file));
    return found;
  };
  if (group.length === 1 || group.every(({ name }) => scans.get(name) !== undefined)) return await each();
  const place = {
    name: `scans ${sha256Of(JSON.stringify(group.map(({ name }) => name)))}`,
    sizeBytes: group.length * smallFileBytes,
    openDisk: scope.openDisk,
  };
  const found = await savedOr(place, { write: textOfScans, read: scansOfText }, each);
  for (const [index, scan] of found.entries()) scans.set(group[index]!.name, scan);
  return found;
}

/** All that the scan of a file depends on. */
const nameOf = ({ key, reading, format }: SourceFile): string => JSON.stringify([key, reading, format ?? null]);

async function find(scope: TextScope, file: SourceFile): Promise<FileScan> {
  // A pack has no compressed file.
  if (file.packedAt === undefined) await requireWhole(file, scope.openDisk);
  return (await scanParts(scope, file)) ?? (await scanFile(scope, file));
}

const textOfScans = (found: readonly FileScan[]): string => JSON.stringify(found.map(savedOf));

const scansOfText = (text: string): readonly FileScan[] => (JSON.parse(text) as readonly SavedScan[]).map(scanOf);
