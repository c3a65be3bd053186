import { itemsOf, parseJsonText } from '../base/json.ts';
import { PondError } from '../base/error.ts';
import { type HostFile } from '../pond/hostFile.ts';
import { type Builder, type FileFacts } from '../sandbox/build.ts';
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
import { CachedValues, valuesMax } from './cachedValues.ts';
import { readFacts, writeFacts } from './factsText.ts';
import { type Materializer, type RunFiles } from './materializer.ts';

/** Dependencies of a materializer. */
interface MaterializerParts {
  readonly cache: Cache;
  readonly builder: () => Builder;
  /** False where nothing may run: then only cached files are returned. */
  readonly isTrusted: () => boolean;
}

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
  readonly #notations: CachedValues<readonly (FileNotation | undefined)[]>;
  readonly #tableRuns: CachedValues<readonly number[]>;
  readonly #facts: CachedValues<FileFacts>;
  readonly #parts = new LruCache<string, readonly string[]>({ max: valuesMax });

  constructor({ cache, builder, isTrusted }: MaterializerParts) {
    this.#cache = cache;
    this.#notations = new CachedValues(cache, { write: writeNotations, read: readNotations });
    this.#tableRuns = new CachedValues(cache, { write: (lengths) => JSON.stringify(lengths), read: readLengths });
    this.#facts = new CachedValues(cache, { write: writeFacts, read: readFacts });
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
    const find = async (shared: Job) => await this.builder.notations(await files(shared), shared.signal);
    return await this.#notations.get(key, find, job);
  }

  async tableRuns(key: string, { files, notation }: RunFiles, job: Job): Promise<readonly number[]> {
    const find = async (shared: Job) => await this.builder.tableRuns(await files(shared), notation, shared.signal);
    return await this.#tableRuns.get(key, find, job);
  }

  async inspect(files: readonly HostFile[], job: Job): Promise<FileFacts> {
    const key = keyOf('facts', 2, ...files.map((file) => file.key));
    const hostPaths = files.map(({ hostPath }) => hostPath);
    return await this.#facts.get(key, async ({ signal }) => await this.builder.inspect(hostPaths, signal), job);
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

/** The lengths of runs in a text; undefined as in parseParts. */
function readLengths(text: string): readonly number[] | undefined {
  const items = parseJsonText(text);
  const isLength = (item: unknown): item is number => Number.isSafeInteger(item) && Number(item) > 0;
  return Array.isArray(items) && items.every(isLength) ? items : undefined;
}

const isKey = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
