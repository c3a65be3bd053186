import { LruCache } from '../base/lruCache.ts';
import { type Pond } from '../pond/types.ts';
import { readingVersion } from '../sandbox/formats.ts';
import { type SourceFile } from '../sandbox/sources.ts';
import { type WorkerProcess } from '../sandbox/workerClient.ts';
import { type Cache, createPondCache } from '../storage/cache.ts';
import { type OpenDisk } from '../storage/disk.ts';

/** Size of a CSV file from which its rows are kept, bytes: those of a smaller one are put into a table as fast. */
const keptBytesMin = 256 * 1024;

/** Maximum number of files that are known to be read as they are. */
const knownMax = 20_000;

/** Names of files that DuckDB reads as they are. */
const known = new LruCache<string, true>({ max: knownMax });

interface RowsScope {
  readonly worker: WorkerProcess;
  readonly pond: Pond;
  readonly openDisk: OpenDisk;
  readonly signal: AbortSignal | undefined;
}

/** A CSV file, with the name of its rows in the cache. */
interface NamedFile {
  readonly file: SourceFile;
  readonly name: string;
}

/**
 * The files with `rowsPath`, where DuckDB cannot read a CSV file as it is: its rows are written to the user's cache once
 * for each content and format. Fails as writeRowsFile.
 */
export async function withRows(scope: RowsScope, files: readonly SourceFile[]): Promise<readonly SourceFile[]> {
  const named = files.flatMap((file): readonly NamedFile[] => {
    const { key, reading, format, sizeBytes } = file;
    if (reading.reader !== 'read_csv' || key === undefined || sizeBytes < keptBytesMin) return [];
    const name = `rows ${readingVersion} ${JSON.stringify([key, reading, format ?? null])}`;
    return known.get(name) === true ? [] : [{ file, name }];
  });
  if (named.length === 0) return files;
  const cache = createPondCache(scope.pond, scope.openDisk);
  const rowsPaths = new Map<SourceFile, string>();
  for (const { file, name } of await loadedAmong(scope, cache, named)) {
    rowsPaths.set(file, await rowsPathOf(scope, cache, { file, name }));
  }
  return files.map((file) => {
    const rowsPath = rowsPaths.get(file);
    return rowsPath === undefined ? file : { ...file, rowsPath };
  });
}

/** The files whose rows are in the cache or have to be. */
async function loadedAmong(
  { worker, signal }: RowsScope,
  cache: Cache,
  named: readonly NamedFile[],
): Promise<readonly NamedFile[]> {
  const isKept = new Map(named.map(({ name }) => [name, cache.find(name) !== undefined]));
  const open = named.filter(({ name }) => isKept.get(name) === false);
  if (open.length > 0) {
    const found = await worker.request('areLoaded', { files: open.map(({ file }) => file) }, signal);
    for (const [index, { name }] of open.entries()) {
      if (found[index] === true) isKept.set(name, true);
      else known.set(name, true);
    }
  }
  return named.filter(({ name }) => isKept.get(name));
}

async function rowsPathOf({ worker, signal }: RowsScope, cache: Cache, { file, name }: NamedFile): Promise<string> {
  const write = async (target: string): Promise<void> => {
    await worker.request('writeRowsFile', { file, target }, signal);
  };
  return (cache.find(name) ?? (await cache.make(name, write))).hostPath;
}
