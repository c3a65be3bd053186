/**
 * A store of objects outside the pond: a bucket of an S3-compatible service, or a folder (`file:///`). Everything that
 * copies a pond away or back (push, clone, verify, prune) is written against this interface, and every implementation
 * passes one contract suite.
 *
 * A key is a path without a leading `/`, relative to the store's prefix, as keys.ts defines it. An object is whole or
 * absent: no reader sees a part of one.
 *
 * Errors: a missing object gives `undefined`; every other failure is a PondError: `invalid-path` (not a key),
 * `remote-denied` (credentials, permissions, an unsafe address), `remote-failed` (network, service, all retries used),
 * `remote-damaged` (what arrived is not what was asked for, or what was sent has another hash), `storage-full`,
 * `cancelled`, and `remote-unsafe` from putIfAbsent when the store refuses the condition. Messages name the store and the
 * key, never a secret.
 */
export interface ObjectStore {
  /** Address of the store for people: `s3://bucket/prefix at https://…` or `file:///…`; without credentials. */
  readonly address: string;
  /** Metadata of an object; undefined when it is missing. */
  stat(key: string, options?: RequestOptions): Promise<ObjectStat | undefined>;
  /**
   * The whole content of a small object (log entries, records); undefined when it is missing. Fails `remote-damaged` for
   * one of more than `sizeBytesMax` bytes (64 MiB if omitted): a stranger may have written it.
   */
  read(key: string, options?: ReadObjectOptions): Promise<Uint8Array | undefined>;
  /**
   * Streams the bytes from `start` (0-based) to the end; undefined when the object is missing. Fails `remote-failed` when
   * the stream ends early: nothing is returned as if whole.
   */
  readStream(key: string, options?: StreamOptions): Promise<AsyncIterable<Uint8Array> | undefined>;
  /**
   * Objects whose keys start with `prefix` ('' for all) in the order of their keys (as bytes), from the first key after
   * `startAfter`, page by page. What is not a key (keys.ts) is left out: no pond stores such an object.
   */
  list(prefix: string, options?: ListOptions): AsyncIterable<ListedObject>;
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

export interface ReadObjectOptions extends RequestOptions {
  readonly sizeBytesMax?: number | undefined;
}

export interface StreamOptions extends RequestOptions {
  /** Offset of the first byte; 0 if omitted. */
  readonly start?: number | undefined;
}

export interface ListOptions extends RequestOptions {
  /** Any text: it need not be a key. */
  readonly startAfter?: string | undefined;
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

/** Maximum size of an object that `read` returns unless the caller sets another, bytes. */
export const readBytesMax = 64 * 1024 * 1024;

/** Content of a new object. `open` may be called more than once: for retries and for the parts of a large object. */
export interface ObjectBody {
  readonly sizeBytes: number;
  /** SHA-256 of the whole content, lowercase hexadecimal; the store is asked to verify it where it can. */
  readonly sha256: string;
  /** Streams the bytes from `start` (inclusive, 0-based) to `end` (exclusive). */
  open(start: number, end: number): AsyncIterable<Uint8Array>;
}
