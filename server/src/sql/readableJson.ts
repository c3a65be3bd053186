/**
 * JSON files that DuckDB does not read as they are, are written again into the user's cache, once for each content. Which
 * ones they are is asked for all files of a table together: a request for each would take longer than their reading.
 */
import { LruCache } from '../base/lruCache.ts';
import { type Pond } from '../pond/types.ts';
import { isJson, writtenFile } from '../sandbox/jsonEncoding.ts';
import { type KeyedFile, type SourceFile } from '../sandbox/sources.ts';
import { type WorkerProcess } from '../sandbox/workerClient.ts';
import { type Cache, createPondCache } from '../storage/cache.ts';
import { type OpenDisk } from '../storage/disk.ts';

/** Increment when the writing of JSON files changes: written files are cached under it. */
const writingVersion = 5;

/** Maximum number of contents that are known to be read as they are. */
const knownMax = 20_000;

/** Names of JSON that DuckDB reads as it is. */
const known = new LruCache<string, true>({ max: knownMax });

/** Files of one request: it can be cancelled between two. */
const filesMax = 1000;

interface JsonFilesScope {
  readonly worker: Pick<WorkerProcess, 'request'>;
  readonly pond: Pick<Pond, 'id' | 'directory'>;
  readonly openDisk: OpenDisk;
  readonly signal: AbortSignal | undefined;
}

/** Returns JSON files as DuckDB reads them, and other files as they are. */
export async function readableJson(scope: JsonFilesScope, files: readonly KeyedFile[]): Promise<readonly SourceFile[]> {
  const unknown = new Map<string, KeyedFile>();
  for (const file of files) {
    if (isJson(file.reading) && known.get(nameOf(file)) !== true) unknown.set(nameOf(file), file);
  }
  if (unknown.size === 0) return files;
  const written = await writtenAmong(scope, unknown);
  return files.map((file) => {
    const hostPath = written.get(nameOf(file));
    return hostPath === undefined ? file : writtenFile(file, hostPath);
  });
}

function nameOf({ key, reading }: KeyedFile): string {
  return `json ${writingVersion} ${JSON.stringify([key, reading])}`;
}

/** The host paths of files that are written again, by name; notes the others as known. */
async function writtenAmong(
  scope: JsonFilesScope,
  files: ReadonlyMap<string, KeyedFile>,
): Promise<ReadonlyMap<string, string>> {
  const cache = createPondCache(scope.pond, scope.openDisk);
  const written = new Map<string, string>();
  const open: (readonly [name: string, file: KeyedFile])[] = [];
  for (const [name, file] of files) {
    const found = cache.find(name);
    if (found === undefined) open.push([name, file]);
    else written.set(name, found.hostPath);
  }
  for (let from = 0; from < open.length; from += filesMax) {
    const part = open.slice(from, from + filesMax);
    const params = { files: part.map(([, file]) => file) };
    const encodings = await scope.worker.request('jsonEncodings', params, scope.signal);
    for (const [index, [name, file]] of part.entries()) {
      const encoding = encodings[index] ?? null;
      if (encoding === null) known.set(name, true);
      else written.set(name, await write(scope, cache, { name, file, encoding }));
    }
  }
  return written;
}

interface JsonWriting {
  readonly name: string;
  readonly file: KeyedFile;
  readonly encoding: string;
}

async function write(
  { worker, signal }: JsonFilesScope,
  cache: Cache,
  { name, file, encoding }: JsonWriting,
): Promise<string> {
  const made = await cache.make(name, async (target) => {
    await worker.request('writeJson', { file, encoding, target }, signal);
  });
  return made.hostPath;
}
