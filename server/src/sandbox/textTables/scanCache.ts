import { LruCache } from '../../base/lruCache.ts';
import { savedOr } from '../savedTexts.ts';
import { type SourceFile } from '../sources.ts';
import { type TextScope } from './decoded.ts';
import { scanOfText, textOfScan } from './savedScan.ts';
import { scanFile } from './scanFile.ts';
import { type FileScan } from './tableScan.ts';
import { scanParts } from './scanParts.ts';
import { requireWhole } from './wholeFile.ts';

/** Maximum number of cached files; results for a content never expire. */
const filesMax = 20_000;

const scans = new LruCache<string, FileScan>({ max: filesMax });

/** Returns the scan of a file; each content is scanned once for each format. Fails as scanFile and requireWhole. */
export async function cachedScan(scope: TextScope, file: SourceFile): Promise<FileScan> {
  const { key, reading, format, sizeBytes } = file;
  const find = async (): Promise<FileScan> => {
    await requireWhole(file, scope.openDisk);
    return (await scanParts(scope, file)) ?? (await scanFile(scope, file));
  };
  if (key === undefined) return await find();
  const name = JSON.stringify([key, reading, format ?? null]);
  const cached = scans.get(name);
  if (cached !== undefined) return cached;
  const place = { name: `scan ${name}`, sizeBytes, openDisk: scope.openDisk };
  return scans.set(name, await savedOr(place, { write: textOfScan, read: scanOfText }, find));
}
