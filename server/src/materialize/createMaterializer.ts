import { fieldsOf, itemsOf, parseJsonText } from '../base/json.ts';
import { PondError } from '../base/error.ts';
import { parseSqlType } from '../duckdb/sqlType.ts';
import { type HostFile } from '../pond/hostFile.ts';
import { type Builder, type FileFacts, type TypedColumn } from '../sandbox/build.ts';
import { type SourceFile } from '../sandbox/sources.ts';
import { type FileNotation } from '../sandbox/textTables/notation.ts';
import { readNotations, writeNotations } from '../sandbox/textTables/notationText.ts';
import { type Cache } from '../storage/cache.ts';
import { isPassingFailure } from '../storage/unchangedFiles.ts';
import { keyOf } from './contentKey.ts';
import { type Job } from '../base/job.ts';
import { LruCache } from '../base/lruCache.ts';
import { retry } from '../base/retry.ts';
import { createSingleFlight } from '../base/singleFlight.ts';
import { type Materializer } from './materializer.ts';

/** Dependencies of a materializer. */
interface MaterializerParts {
  readonly cache: Cache;
  readonly builder: () => Builder;
  /** False where nothing may run: then only cached files are returned. */
  readonly isTrusted: () => boolean;
}

/** Maximum number of results kept in memory; all are in the cache as well. */
const resultsMax = 10_000;

/** Returns a materializer that builds files only on request. */
export function createMaterializer(parts: MaterializerParts): Materializer {
  return new CachingMaterializer(parts);
}

class CachingMaterializer implements Materializer {
  readonly #cache: Cache;
  readonly #builder: () => Builder;
  readonly #isTrusted: () => boolean;
  readonly #fileFlights = createSingleFlight<HostFile>();
  readonly #filesFlights = createSingleFlight<readonly HostFile[]>();
  readonly #factsFlights = createSingleFlight<FileFacts>();
  readonly #notationFlights = createSingleFlight<readonly (FileNotation | undefined)[]>();
  readonly #notations = new LruCache<string, readonly (FileNotation | undefined)[]>({ max: resultsMax });
  readonly #facts = new LruCache<string, FileFacts>({ max: resultsMax });
  readonly #parts = new LruCache<string, readonly string[]>({ max: resultsMax });

  constructor({ cache, builder, isTrusted }: MaterializerParts) {
    this.#cache = cache;
    this.#builder = builder;
    this.#isTrusted = isTrusted;
  }

  get builder(): Builder {
    this.#requireTrust();
    return this.#builder();
  }

  async file(key: string, write: (target: string, job: Job) => Promise<void>, job: Job): Promise<HostFile> {
    const build = async (shared: Job): Promise<HostFile> => {
      this.#requireTrust();
      return await this.#cache.make(key, (target) => write(target, shared));
    };
    return this.#cache.find(key) ?? (await this.#fileFlights(key, build, job));
  }

  async files(key: string, make: (job: Job) => Promise<readonly HostFile[]>, job: Job): Promise<readonly HostFile[]> {
    const build = async (shared: Job): Promise<readonly HostFile[]> => {
      this.#requireTrust();
      // The cache may evict the inputs of a build while it runs; a second attempt builds them again.
      const files = await retry(() => make(shared), { attempts: 2, isTransient: isPassingFailure });
      this.#store(key, files);
      return files;
    };
    return this.known(key) ?? (await this.#filesFlights(key, build, job));
  }

  known(key: string): readonly HostFile[] | undefined {
    const keys = this.#parts.get(key) ?? parseParts(this.#cache.readText(keyOf('parts', key)));
    if (keys === undefined) return undefined;
    const files = this.#parts.set(key, keys).map((part) => this.#cache.find(part));
    return files.every((file) => file !== undefined) ? files : undefined;
  }

  async notations(
    key: string,
    files: (job: Job) => Promise<readonly SourceFile[]>,
    job: Job,
  ): Promise<readonly (FileNotation | undefined)[]> {
    const cached = this.#notations.get(key) ?? readNotations(this.#cache.readText(key));
    if (cached !== undefined) return this.#notations.set(key, cached);
    const find = async (shared: Job): Promise<readonly (FileNotation | undefined)[]> => {
      const found = await this.builder.notations(await files(shared), shared.signal);
      this.#cache.writeText(key, writeNotations(found));
      return this.#notations.set(key, found);
    };
    return await this.#notationFlights(key, find, job);
  }

  async inspect(files: readonly HostFile[], job: Job): Promise<FileFacts> {
    const key = keyOf('facts', 2, ...files.map((file) => file.key));
    const cached = this.#facts.get(key) ?? readFacts(this.#cache.readText(key));
    if (cached !== undefined) return this.#facts.set(key, cached);
    const hostPaths = files.map(({ hostPath }) => hostPath);
    const find = async ({ signal }: Job): Promise<FileFacts> => {
      const facts = await this.builder.inspect(hostPaths, signal);
      this.#cache.writeText(key, writeFacts(facts));
      return this.#facts.set(key, facts);
    };
    return await this.#factsFlights(key, find, job);
  }

  /**
   * Stores the keys of files, not their paths, as the cache may be moved with its pond. Files of the pond itself need
   * no caching.
   */
  #store(key: string, files: readonly HostFile[]): void {
    if (files.some((file) => this.#cache.find(file.key)?.hostPath !== file.hostPath)) return;
    const keys = files.map((file) => file.key);
    this.#cache.writeText(keyOf('parts', key), JSON.stringify(keys));
    this.#parts.set(key, keys);
  }

  #requireTrust(): void {
    if (this.#isTrusted()) return;
    throw new PondError('untrusted', 'derived content is not built in a restricted workspace', {
      hint: 'Trust the workspace to read it.',
    });
  }
}

/** Undefined for a missing text, and for one that is not a list of keys: partially written, or by another program. */
function parseParts(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const keys = itemsOf(parseJsonText(text));
  return keys.length > 0 && keys.every(isKey) ? keys : undefined;
}

const isKey = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

function writeFacts({ time, ...facts }: FileFacts): string {
  return JSON.stringify({ ...facts, time: time && [String(time.minUs), String(time.maxUs)] });
}

/** Undefined as in parseParts. */
function readFacts(text: string | undefined): FileFacts | undefined {
  if (text === undefined) return undefined;
  const { columns: found, rowCount, isAlike, time } = fieldsOf(parseJsonText(text));
  const columns = Array.isArray(found) ? found.map(readColumn) : [undefined];
  if (!columns.every((column) => column !== undefined)) return undefined;
  if (!Number.isSafeInteger(rowCount) || typeof isAlike !== 'boolean') return undefined;
  const facts = { columns, rowCount: Number(rowCount), isAlike };
  if (time === undefined) return { ...facts, time: undefined };
  const read = readTime(time);
  return read && { ...facts, time: read };
}

/** Undefined for a value that is not a column with the name of a type. */
function readColumn(value: unknown): TypedColumn | undefined {
  const { name, type } = fieldsOf(value);
  const sqlType = typeof type === 'string' ? parseSqlType(type) : undefined;
  return typeof name === 'string' && sqlType !== undefined ? { name, type: sqlType } : undefined;
}

/** Undefined for a value other than two integers as text, the form that writeFacts writes. */
function readTime(value: unknown): FileFacts['time'] {
  const [min, max] = itemsOf(value);
  return isIntegerText(min) && isIntegerText(max) ? { minUs: BigInt(min), maxUs: BigInt(max) } : undefined;
}

const isIntegerText = (value: unknown): value is string => typeof value === 'string' && /^-?\d+$/.test(value);
