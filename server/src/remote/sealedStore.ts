import { hkdfSync } from 'node:crypto';
import { PondError } from '../base/error.ts';
import { bodyOf } from './content.ts';
import { checkKey, compareKeys, isKey } from './keys.ts';
import {
  type ListedObject,
  type ListOptions,
  type ObjectBody,
  type ObjectStat,
  type ObjectStore,
  readBytesMax,
  type ReadObjectOptions,
  type RequestOptions,
  type StreamOptions,
} from './objectStore.ts';
import {
  chunkAt,
  SealedContent,
  sealedHeaderBytes,
  sealedSize,
  splitHeader,
  unsealedPosition,
  unsealedSize,
} from './sealedContent.ts';
import { type SealedAccess } from './sealedKeys.ts';
import { SealedNames } from './sealedNames.ts';

/** The object that says which layout the others have; it is the same in both. */
const plainKey = '_pond/remote.json';
/** Start of the name of a log entry, which is kept; encrypted names come after all of them. */
const logEntry = /^_delta_log\/\d{20}/;

/**
 * Returns the sealed layout in a store: names and contents are encrypted before they leave this computer. Fails with the
 * errors of the store, and `remote-denied` when no identity opens it.
 */
export async function openSealedStore(
  store: ObjectStore,
  access: SealedAccess,
  options: RequestOptions = {},
): Promise<ObjectStore> {
  const { dataKeyOf } = await import('./sealedKeys.ts');
  return new SealedStore(store, await dataKeyOf(store, access, options));
}

/** Objects that are encrypted here and stored in another store. */
export class SealedStore implements ObjectStore {
  readonly address: string;
  readonly #store: ObjectStore;
  readonly #names: SealedNames;
  readonly #content: SealedContent;

  /** `dataKey` has 32 bytes; closing this store closes `store`. */
  constructor(store: ObjectStore, dataKey: Uint8Array) {
    const derived = (use: string): Uint8Array => new Uint8Array(hkdfSync('sha256', dataKey, '', `duckpond ${use}`, 32));
    this.address = store.address;
    this.#store = store;
    this.#names = new SealedNames({ check: derived('names'), hide: derived('hidden names') });
    this.#content = new SealedContent({ data: dataKey, salt: derived('salts') });
  }

  async stat(key: string, options?: RequestOptions): Promise<ObjectStat | undefined> {
    checkKey(key);
    if (key === plainKey) return await this.#store.stat(key, options);
    const found = await this.#store.stat(this.#names.seal(key), options);
    return found && { ...found, sizeBytes: this.#sizeOf(key, found.sizeBytes), sha256: undefined };
  }

  async read(key: string, options: ReadObjectOptions = {}): Promise<Uint8Array | undefined> {
    checkKey(key);
    if (key === plainKey) return await this.#store.read(key, options);
    const { sizeBytesMax = readBytesMax, signal, onBytes } = options;
    const sealed = await this.#store.read(this.#names.seal(key), { signal, sizeBytesMax: sealedSize(sizeBytesMax) });
    if (sealed === undefined) return undefined;
    const [header, rest] = splitHeader(sealed);
    const chunks: Uint8Array[] = [];
    const content = this.#open(key, header, {
      sealed: bodyOf(rest).open(0, rest.length),
      first: 0,
      sealedBytes: sealed.length,
    });
    for await (const chunk of content) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    onBytes?.(bytes.length);
    return bytes;
  }

  async readStream(key: string, options: StreamOptions = {}): Promise<AsyncIterable<Uint8Array> | undefined> {
    checkKey(key);
    if (key === plainKey) return await this.#store.readStream(key, options);
    const { start = 0, signal } = options;
    const sealedKey = this.#names.seal(key);
    const found = await this.#store.stat(sealedKey, { signal });
    if (found === undefined) return undefined;
    const opened = await this.#store.readStream(sealedKey, { signal });
    return opened && this.#streamFrom(key, { opened, sealedBytes: found.sizeBytes, start }, options);
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ListedObject> {
    const { startAfter = '', signal } = options;
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    if (folder !== '' && !isKey(folder.slice(0, -1))) return;
    // Other names are not in the order of the open layout: all of the folder are listed, and sorted.
    const after = folder === '_delta_log/' ? logEntry.exec(startAfter)?.[0] : undefined;
    const found: ListedObject[] = [];
    for await (const { key: sealed, sizeBytes, modifiedMs } of this.#store.list(this.#names.seal(folder), {
      startAfter: after,
      signal,
    })) {
      const key = this.#names.unseal(sealed);
      if (key === undefined || !isKey(key) || !key.startsWith(prefix) || compareKeys(key, startAfter) <= 0) continue;
      // An object that is not sealed content fails when it is read; its size does not matter.
      const size = key === plainKey ? sizeBytes : (unsealedSize(sizeBytes) ?? sizeBytes);
      found.push({ key, sizeBytes: size, modifiedMs });
    }
    yield* found.sort((a, b) => compareKeys(a.key, b.key));
  }

  async putIfAbsent(key: string, body: ObjectBody, options: RequestOptions = {}): Promise<'created' | 'exists'> {
    checkKey(key);
    if (key === plainKey) return await this.#store.putIfAbsent(key, body, options);
    const sealed = await this.#content.sealBody(key, body, this.#what(key));
    return await this.#store.putIfAbsent(this.#names.seal(key), sealed, unsealedProgress(options));
  }

  async put(key: string, body: Uint8Array, { signal, onBytes }: RequestOptions = {}): Promise<void> {
    checkKey(key);
    if (key === plainKey) return await this.#store.put(key, body, { signal, onBytes });
    const sealed = await this.#content.sealBody(key, bodyOf(body), this.#what(key));
    const chunks: Uint8Array[] = [];
    for await (const chunk of sealed.open(0, sealed.sizeBytes)) chunks.push(chunk);
    await this.#store.put(this.#names.seal(key), Buffer.concat(chunks), { signal });
    onBytes?.(body.length);
  }

  async remove(key: string, options?: RequestOptions): Promise<void> {
    checkKey(key);
    await this.#store.remove(key === plainKey ? key : this.#names.seal(key), options);
  }

  close(): void {
    this.#store.close();
  }

  #what(key: string): string {
    return `${key} in ${this.address}`;
  }

  #sizeOf(key: string, sealedBytes: number): number {
    const sizeBytes = unsealedSize(sealedBytes);
    if (sizeBytes === undefined) throw this.#damaged(key);
    return sizeBytes;
  }

  #damaged(key: string): PondError {
    const message = `${this.#what(key)} is not as it was sealed: it was altered, shortened or exchanged`;
    return new PondError('remote-damaged', message, {
      hint: 'Nothing was changed at the store. Repair it from the pond that it is a copy of, or fetch it from another copy.',
    });
  }

  #open(
    key: string,
    header: Uint8Array,
    { sealed, first, sealedBytes }: { sealed: AsyncIterable<Uint8Array>; first: number; sealedBytes: number },
  ): AsyncIterable<Uint8Array> {
    const opener = this.#content.opener(key, header);
    if (opener === undefined) throw this.#damaged(key);
    return opener.open(sealed, { first, sizeBytes: this.#sizeOf(key, sealedBytes), fail: () => this.#damaged(key) });
  }

  /** Yields the content from a byte on. The header is at the start of the object, wherever the content starts. */
  async *#streamFrom(
    key: string,
    { opened, sealedBytes, start }: { opened: AsyncIterable<Uint8Array>; sealedBytes: number; start: number },
    { signal, onBytes }: RequestOptions,
  ): AsyncGenerator<Uint8Array> {
    const sizeBytes = this.#sizeOf(key, sealedBytes);
    const [header, rest] = await headerOf(opened, start === 0);
    if (start >= sizeBytes && start > 0) return;
    const { chunk, sealedStart } = chunkAt(start);
    const sealed =
      start === 0 ? rest : await this.#store.readStream(this.#names.seal(key), { start: sealedStart, signal });
    if (sealed === undefined) throw this.#damaged(key);
    let skip = start - chunk * 65_536;
    for await (const bytes of this.#open(key, header, { sealed, first: chunk, sealedBytes })) {
      const wanted = bytes.subarray(skip);
      skip = 0;
      onBytes?.(wanted.length);
      if (wanted.length > 0) yield wanted;
    }
  }
}

/** Returns the header of sealed content and, if asked for, what follows; else the stream is closed. */
async function headerOf(
  chunks: AsyncIterable<Uint8Array>,
  keepsRest: boolean,
): Promise<readonly [Uint8Array, AsyncIterable<Uint8Array>]> {
  const iterator = chunks[Symbol.asyncIterator]();
  let bytes = Buffer.alloc(0);
  while (bytes.length < sealedHeaderBytes) {
    const next = await iterator.next();
    if (next.done === true) break;
    bytes = Buffer.concat([bytes, next.value]);
  }
  const [header, rest] = splitHeader(bytes);
  if (!keepsRest) await iterator.return?.();
  return [header, restOf(rest, iterator)];
}

async function* restOf(first: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

/** Reports bytes of the content for those of its sealed form. */
function unsealedProgress({ signal, onBytes }: RequestOptions): RequestOptions {
  let [sealed, reported] = [0, 0];
  return {
    signal,
    onBytes: (bytes) => {
      sealed += bytes;
      const position = unsealedPosition(sealed);
      if (position > reported) onBytes?.(position - reported);
      reported = position;
    },
  };
}
