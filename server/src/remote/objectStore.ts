/**
 * A store of objects outside the pond: a bucket of an S3-compatible service, or a folder (`file:///`). Everything that
 * copies a pond away or back (push, clone, verify, prune) is written against this interface, and every implementation
 * passes one contract suite.
 *
 * A key is a path without a leading `/`, relative to the store's prefix. An object is whole or absent: no reader sees a
 * part of one.
 *
 * Errors: a missing object gives `undefined`; every other failure is a PondError: `remote-denied` (credentials,
 * permissions, an unsafe address), `remote-failed` (network, service, all retries used), `remote-damaged` (what arrived
 * is not what was asked for), `storage-full`, `cancelled`. Messages name the store and the key, never a secret.
 */
export interface ObjectStore {
  /** Address of the store for people: `s3://bucket/prefix at https://…` or `file:///…`; without credentials. */
  readonly address: string;
  /** What is known of an object without its content; undefined when it is missing. */
  stat(key: string, options?: RequestOptions): Promise<ObjectStat | undefined>;
  /** The whole content of a small object (log entries, records); undefined when it is missing. */
  read(key: string, options?: RequestOptions): Promise<Uint8Array | undefined>;
  /**
   * Streams the bytes from `start` (0-based) to the end; undefined when the object is missing. Fails `remote-failed` when
   * the stream ends early: nothing is returned as if whole.
   */
  readStream(
    key: string,
    options?: RequestOptions & { readonly start?: number },
  ): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Objects below a prefix in the order of their keys (as bytes), from the first key after `startAfter`, page by page. */
  list(prefix: string, options?: RequestOptions & { readonly startAfter?: string }): AsyncIterable<ListedObject>;
  /**
   * Stores an object unless its key is taken; `exists` when it is. An answer that was lost is asked for again, and may
   * then be `exists` for an object of our own: the caller compares.
   */
  putIfAbsent(key: string, body: ObjectBody, options?: RequestOptions): Promise<'created' | 'exists'>;
  /** Stores an object, replacing what is there: for hints that any reader may ignore. */
  put(key: string, body: Uint8Array, options?: RequestOptions): Promise<void>;
  /** Removes an object; missing is fine. Only pruning with its own credentials calls this. */
  remove(key: string, options?: RequestOptions): Promise<void>;
  close(): void;
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called as bytes of a body are sent or received, with their number. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

export interface ObjectStat {
  readonly sizeBytes: number;
  /** Lowercase hexadecimal; undefined where the store does not keep it. */
  readonly sha256: string | undefined;
  /** Milliseconds since 1970 UTC, by the store's clock. */
  readonly modifiedMs: number;
}

export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** Content of a new object. `open` may be called more than once: for retries and for the parts of a large object. */
export interface ObjectBody {
  readonly sizeBytes: number;
  /** SHA-256 of the whole content, lowercase hexadecimal; the store is asked to verify it where it can. */
  readonly sha256: string;
  /** Streams the bytes from `start` (inclusive, 0-based) to `end` (exclusive). */
  open(start: number, end: number): AsyncIterable<Uint8Array>;
}
