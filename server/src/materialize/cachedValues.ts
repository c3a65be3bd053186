import { type Job } from '../base/job.ts';
import { LruCache } from '../base/lruCache.ts';
import { createSingleFlight } from '../base/singleFlight.ts';
import { type Cache } from '../storage/cache.ts';

/** Maximum number of values of one kind that are kept in memory; all are in the cache as well. */
export const valuesMax = 10_000;

/** The form of a value in a cache. */
interface ValueText<T> {
  write(this: void, value: T): string;
  /** Undefined for a text that `write` did not make: a part of one, or by another program. */
  read(this: void, text: string): T | undefined;
}

/** Values that depend on their key alone, in memory and as texts in a cache. */
export class CachedValues<T extends NonNullable<unknown>> {
  readonly #cache: Cache;
  readonly #text: ValueText<T>;
  readonly #flights = createSingleFlight<T>();
  readonly #memory = new LruCache<string, T>({ max: valuesMax });

  constructor(cache: Cache, text: ValueText<T>) {
    this.#cache = cache;
    this.#text = text;
  }

  /** Returns the value under a key, or what `find` returns. Concurrent callers share the work, as in Materializer.file. */
  async get(key: string, find: (job: Job) => Promise<T>, job: Job): Promise<T> {
    const cached = this.#memory.get(key) ?? this.#read(key);
    if (cached !== undefined) return this.#memory.set(key, cached);
    const findAndKeep = async (shared: Job): Promise<T> => {
      const found = await find(shared);
      this.#cache.writeText(key, this.#text.write(found));
      return this.#memory.set(key, found);
    };
    return await this.#flights(key, findAndKeep, job);
  }

  #read(key: string): T | undefined {
    const text = this.#cache.readText(key);
    return text === undefined ? undefined : this.#text.read(text);
  }
}
