import { isPondError, PondError } from '../base/error.ts';
import { parseSqlType } from '../duckdb/sqlType.ts';
import { type HostFile } from '../pond/types.ts';
import { type Builder, type FileFacts, type TypedColumn } from '../sandbox/build.ts';
import { type Cache } from '../storage/cache.ts';
import { keyOf } from './contentKey.ts';
import { type Job } from '../base/job.ts';
import { createSingleFlight } from '../base/singleFlight.ts';
import { type Materializer } from './materializer.ts';

/** Dependencies of a materializer. */
export interface MaterializerParts {
  readonly cache: Cache;
  readonly builder: () => Builder;
  /** False where nothing may run: then only cached files are returned. */
  readonly isTrusted: () => boolean;
}

/** Maximum number of results kept in memory; all are in the cache as well. */
const rememberedMax = 10_000;

/** Returns a materializer that builds files only on request. */
export function createMaterializer({ cache, builder, isTrusted }: MaterializerParts): Materializer {
  const making = createSingleFlight<HostFile>();
  const gathering = createSingleFlight<readonly HostFile[]>();
  const inspecting = createSingleFlight<FileFacts>();
  const facts = createMemory<FileFacts>();
  const parts = createMemory<readonly string[]>();

  function requireTrust(): void {
    if (isTrusted()) return;
    throw new PondError('untrusted', 'what a resource derives is not made in a restricted workspace', {
      hint: 'trust the workspace to read it',
    });
  }

  function known(key: string): readonly HostFile[] | undefined {
    const keys = parts.get(key) ?? parseParts(cache.readText(keyOf('parts', key)));
    if (keys === undefined) return undefined;
    const files = parts.set(key, keys).map((part) => cache.find(part));
    return files.every((file) => file !== undefined) ? files : undefined;
  }

  /**
   * Stores the keys of files, not their paths, as the cache may be moved with its pond. Files of the pond itself need
   * no caching.
   */
  function remember(key: string, files: readonly HostFile[]): void {
    if (files.some((file) => cache.find(file.key)?.hostPath !== file.hostPath)) return;
    const keys = files.map((file) => file.key);
    cache.writeText(keyOf('parts', key), JSON.stringify(keys));
    parts.set(key, keys);
  }

  async function inspect(files: readonly HostFile[], job: Job): Promise<FileFacts> {
    const key = keyOf('facts', 2, ...files.map((file) => file.key));
    const found = facts.get(key) ?? readFacts(cache.readText(key));
    if (found !== undefined) return facts.set(key, found);
    return await inspecting(
      key,
      async ({ signal }) => {
        requireTrust();
        const made = await builder().inspect(
          files.map(({ hostPath }) => hostPath),
          signal,
        );
        cache.writeText(key, writeFacts(made));
        return facts.set(key, made);
      },
      job,
    );
  }

  return {
    get builder() {
      requireTrust();
      return builder();
    },
    file: async (key, write, job) =>
      cache.find(key) ??
      (await making(
        key,
        async (shared) => {
          requireTrust();
          return await cache.make(key, (target) => write(target, shared));
        },
        job,
      )),
    files: async (key, make, job) =>
      known(key) ??
      (await gathering(
        key,
        async (shared) => {
          requireTrust();
          const files = await againOnce(() => make(shared));
          remember(key, files);
          return files;
        },
        job,
      )),
    known,
    inspect,
  };
}

/** The cache may drop the inputs of a build while it runs; a second attempt builds them again. */
async function againOnce<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isPondError(error, 'storage-failed')) throw error;
    return await work();
  }
}

/** Evicts the oldest entry first. */
function createMemory<T>() {
  const values = new Map<string, T>();
  return {
    get: (key: string): T | undefined => values.get(key),
    set(key: string, value: T): T {
      values.set(key, value);
      if (values.size > rememberedMax) values.delete(values.keys().next().value!);
      return value;
    },
  };
}

/** Undefined for a missing text, and for one that is not a list of keys: partially written, or by another program. */
function parseParts(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  try {
    const keys: unknown = JSON.parse(text);
    return Array.isArray(keys) && keys.length > 0 && keys.every(isKey) ? keys : undefined;
  } catch {
    return undefined;
  }
}

const isKey = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

function writeFacts({ time, ...facts }: FileFacts): string {
  return JSON.stringify({ ...facts, time: time && [String(time.minUs), String(time.maxUs)] });
}

/** Undefined as in parseParts. */
function readFacts(text: string | undefined): FileFacts | undefined {
  if (text === undefined) return undefined;
  try {
    const { columns: found, rowCount, isAlike, time } = JSON.parse(text) as Partial<Record<string, unknown>>;
    const columns = Array.isArray(found) ? found.map(readColumn) : [undefined];
    if (!columns.every((column) => column !== undefined)) return undefined;
    if (!Number.isSafeInteger(rowCount) || typeof isAlike !== 'boolean') return undefined;
    return { columns, rowCount: Number(rowCount), isAlike, time: time === undefined ? undefined : readTime(time) };
  } catch {
    return undefined;
  }
}

/** Undefined for a value that is not a column with the name of a type. */
function readColumn(value: unknown): TypedColumn | undefined {
  const { name, type } = (value ?? {}) as Partial<Record<string, unknown>>;
  const sqlType = typeof type === 'string' ? parseSqlType(type) : undefined;
  return typeof name === 'string' && sqlType !== undefined ? { name, type: sqlType } : undefined;
}

/** Fails for a value other than two integers as text, the form that writeFacts writes. */
function readTime(value: unknown): NonNullable<FileFacts['time']> {
  const [minUs, maxUs] = Array.isArray(value) ? value.map((us) => BigInt(String(us))) : [];
  if (minUs === undefined || maxUs === undefined) throw new SyntaxError('expected two times');
  return { minUs, maxUs };
}
