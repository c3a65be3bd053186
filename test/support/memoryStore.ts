/** Stores of objects in memory, which count and may stop at any call. */
import { createHash } from 'node:crypto';
import { PondError } from '../../server/src/base/error.ts';
import { type ListedObject, type ObjectBody, type ObjectStore } from '../../server/src/remote/objectStore.ts';

/** An object of a store in memory. */
export interface StoredObject {
  readonly bytes: Uint8Array;
  readonly modifiedMs: number;
}

/** A store in memory, and its content. */
export interface MemoryStore extends ObjectStore {
  readonly objects: Map<string, StoredObject>;
}

/** Returns a store with its own objects, or with those given. */
export function createMemoryStore(
  objects: Map<string, StoredObject> = new Map(),
  now: () => number = Date.now,
): MemoryStore {
  return {
    objects,
    address: 'memory:',
    stat: async (key) => {
      const found = objects.get(key);
      return found && { sizeBytes: found.bytes.length, sha256: hashOf(found.bytes), modifiedMs: found.modifiedMs };
    },
    read: async (key) => objects.get(key)?.bytes.slice(),
    readStream: async (key, { start = 0 } = {}) => {
      const found = objects.get(key);
      return found && chunks(found.bytes.subarray(start));
    },
    list: (prefix, { startAfter = '' } = {}) => listed(objects, prefix, startAfter),
    putIfAbsent: async (key, body, { onBytes } = {}) => {
      if (objects.has(key)) return 'exists';
      const bytes = await collect(body);
      if (hashOf(bytes) !== body.sha256) throw new PondError('remote-damaged', `${key} arrived with another hash`);
      onBytes?.(bytes.length);
      // Another writer may have been faster.
      if (objects.has(key)) return 'exists';
      objects.set(key, { bytes, modifiedMs: now() });
      return 'created';
    },
    put: async (key, bytes) => void objects.set(key, { bytes: bytes.slice(), modifiedMs: now() }),
    remove: async (key) => void objects.delete(key),
    close: () => undefined,
  };
}

async function collect(body: ObjectBody): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of body.open(0, body.sizeBytes)) parts.push(part);
  return Buffer.concat(parts);
}

async function* chunks(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1024) yield bytes.slice(at, at + 1024);
}

async function* listed(
  objects: ReadonlyMap<string, StoredObject>,
  prefix: string,
  startAfter: string,
): AsyncIterable<ListedObject> {
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > startAfter);
  for (const key of keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
    const { bytes, modifiedMs } = objects.get(key)!;
    yield { key, sizeBytes: bytes.length, modifiedMs };
  }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Calls to a store, with the key or prefix, in their order. */
export interface StoreCall {
  readonly name: 'stat' | 'read' | 'readStream' | 'list' | 'putIfAbsent' | 'put' | 'remove';
  readonly key: string;
}

/** Called around each call; may throw to cut the work off, before or after the store did it. */
interface StoreHooks {
  readonly before?: (call: StoreCall, index: number) => void | Promise<void>;
  readonly after?: (call: StoreCall, index: number) => void | Promise<void>;
}

/** Wraps a store so that its calls are recorded, and hooks called around them. */
export function watchStore(
  store: ObjectStore,
  hooks: StoreHooks = {},
): { readonly store: ObjectStore; readonly calls: StoreCall[] } {
  const calls: StoreCall[] = [];
  async function watched<T>(name: StoreCall['name'], key: string, run: () => Promise<T>): Promise<T> {
    const call = { name, key };
    const index = calls.push(call) - 1;
    await hooks.before?.(call, index);
    const result = await run();
    await hooks.after?.(call, index);
    return result;
  }
  return {
    calls,
    store: {
      address: store.address,
      stat: (key, options) => watched('stat', key, () => store.stat(key, options)),
      read: (key, options) => watched('read', key, () => store.read(key, options)),
      readStream: (key, options) => watched('readStream', key, () => store.readStream(key, options)),
      async *list(prefix, options) {
        yield* await watched('list', prefix, async () => store.list(prefix, options));
      },
      putIfAbsent: (key, body, options) => watched('putIfAbsent', key, () => store.putIfAbsent(key, body, options)),
      put: (key, body, options) => watched('put', key, () => store.put(key, body, options)),
      remove: (key, options) => watched('remove', key, () => store.remove(key, options)),
      close: () => store.close(),
    },
  };
}
