import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { type ErrorCode, isPondError } from '../../server/src/base/error.ts';
import { bodyOf } from '../../server/src/remote/content.ts';
import { type ObjectBody, type ObjectStore } from '../../server/src/remote/objectStore.ts';

interface StoreUnderTest {
  /** A store without objects. */
  readonly store: ObjectStore;
  readonly dispose: () => void | Promise<void>;
}

/** Registers the tests that every ObjectStore passes. `make` is called once for each test; with a reason in `skip`, never. */
export function testObjectStoreContract(title: string, make: () => Promise<StoreUnderTest>, skip?: string): void {
  const check: Check = (name, run) => {
    void it(name, { skip: skip ?? false }, async (test) => {
      const { store, dispose } = await make();
      test.after(async () => {
        store.close();
        await dispose();
      });
      await run(store);
    });
  };
  describe(title, () => {
    describe('objects', () => testObjects(check));
    describe('streams', () => testStreams(check));
    describe('listings', () => testListings(check));
    describe('errors', () => testErrors(check));
  });
}

type Check = (name: string, run: (store: ObjectStore) => Promise<void>) => void;

function testObjects(check: Check): void {
  check('an object that was put is read back, with its size and a time near the clock', async (store) => {
    assert.equal(await store.putIfAbsent('_delta_log/00.json', textBody('one')), 'created');
    assert.equal(textOf(await store.read('_delta_log/00.json')), 'one');
    const found = await store.stat('_delta_log/00.json');
    assert.equal(found?.sizeBytes, 3);
    assert.ok(Math.abs((found?.modifiedMs ?? 0) - Date.now()) < 60_000, String(found?.modifiedMs));
  });
  check('a hash that a store states is that of the content', async (store) => {
    await store.putIfAbsent('a', textBody('one'));
    const sha256 = (await store.stat('a'))?.sha256;
    assert.ok(sha256 === undefined || sha256 === textBody('one').sha256, sha256);
  });
  check('a missing object is undefined in every reading call', async (store) => {
    await store.putIfAbsent('a/b', textBody('one'));
    for (const key of ['b', 'a/b2', 'a/c/d']) {
      assert.equal(await store.stat(key), undefined, key);
      assert.equal(await store.read(key), undefined, key);
      assert.equal(await store.readStream(key), undefined, key);
    }
  });
  check('an empty object is an object', async (store) => {
    assert.equal(await store.putIfAbsent('a', textBody('')), 'created');
    assert.equal((await store.stat('a'))?.sizeBytes, 0);
    assert.equal(textOf(await store.read('a')), '');
    assert.equal(textOf(await collect(await store.readStream('a'))), '');
  });
  check('a second put of a key reports that it exists, and changes nothing', async (store) => {
    await store.putIfAbsent('a', textBody('one'));
    assert.equal(await store.putIfAbsent('a', textBody('two')), 'exists');
    assert.equal(await store.putIfAbsent('a', textBody('one')), 'exists');
    assert.equal(textOf(await store.read('a')), 'one');
  });
  check('of sixteen puts of one key at once, one creates it', async (store) => {
    const names = Array.from({ length: 16 }, (_, index) => `writer ${index}`);
    const outcomes = await Promise.all(names.map((name) => store.putIfAbsent('a', textBody(name))));
    const winners = names.filter((_, index) => outcomes[index] === 'created');
    assert.equal(winners.length, 1);
    assert.equal(textOf(await store.read('a')), winners[0]);
  });
  check('a plain put creates and replaces', async (store) => {
    await store.put('_delta_log/_last_checkpoint', bytesOf('first'));
    await store.put('_delta_log/_last_checkpoint', bytesOf('2'));
    assert.equal(textOf(await store.read('_delta_log/_last_checkpoint')), '2');
  });
  check('a removed object is missing, and its key is free; removing a missing one is fine', async (store) => {
    await store.putIfAbsent('a/b', textBody('one'));
    await store.remove('a/b');
    await store.remove('a/b');
    await store.remove('never/there');
    assert.equal(await store.stat('a/b'), undefined);
    assert.equal(await store.putIfAbsent('a/b', textBody('two')), 'created');
    assert.equal(textOf(await store.read('a/b')), 'two');
  });
  check('names with spaces, percent signs and other letters stay as they are', async (store) => {
    const keys = ['a b/%20/c+d', 'größe=1/x&y.parquet', '日本/🦆', "it's (1)!*"];
    for (const key of keys) assert.equal(await store.putIfAbsent(key, textBody(key)), 'created', key);
    for (const key of keys) assert.equal(textOf(await store.read(key)), key);
    assert.deepEqual(await keysOf(store, ''), sortedByBytes(keys));
  });
}

function testStreams(check: Check): void {
  const large = pattern(3 * 1024 * 1024 + 17);
  check('a large object is streamed in, out whole, and out from any byte', async (store) => {
    let sent = 0;
    await store.putIfAbsent('a', bodyInChunks(large), { onBytes: (bytes) => (sent += bytes) });
    assert.equal(sent, large.length);
    for (const start of [0, 1, 65_536, large.length - 1, large.length]) {
      let received = 0;
      const bytes = await collect(await store.readStream('a', { start, onBytes: (count) => (received += count) }));
      assert.ok(bytes.equals(large.subarray(start)), `from ${start}`);
      assert.equal(received, large.length - start);
    }
  });
  check('content that has another hash or size than stated is refused, and nothing is stored', async (store) => {
    const wrong = [
      { ...bodyInChunks(large), sha256: textBody('other').sha256 },
      { ...bodyInChunks(large), sizeBytes: large.length + 1 },
      { ...bodyInChunks(large), sizeBytes: large.length - 1 },
      { ...textBody('one'), sha256: textBody('two').sha256 },
    ];
    for (const body of wrong) await rejects('remote-damaged', store.putIfAbsent('a', body));
    assert.equal(await store.stat('a'), undefined);
    assert.deepEqual(await keysOf(store, ''), []);
    assert.equal(await store.putIfAbsent('a', textBody('one')), 'created');
  });
  check('a body that fails to be read fails the put with its error, and nothing is stored', async (store) => {
    const body: ObjectBody = { ...bodyInChunks(large), open: failing };
    await assert.rejects(store.putIfAbsent('a', body), /the disk is gone/);
    assert.deepEqual(await keysOf(store, ''), []);
  });
}

function testListings(check: Check): void {
  const keys = ['_delta_log/01.json', '_delta_log/02.json', '_pond/blobs/ab/x', 'a', 'a-b/c', 'a.b', 'b/c/d', 'b/c2'];
  const filled = (name: string, run: (store: ObjectStore) => Promise<void>): void =>
    check(name, async (store) => {
      for (const key of keys.filter((key) => key !== 'a').toReversed()) await store.putIfAbsent(key, textBody(key));
      await run(store);
    });
  const present = sortedByBytes(keys.filter((key) => key !== 'a'));
  filled('a listing has every object with its size, in the order of the bytes of its key', async (store) => {
    const found: [string, number][] = [];
    for await (const { key, sizeBytes } of store.list('')) found.push([key, sizeBytes]);
    assert.deepEqual(
      found,
      present.map((key) => [key, key.length]),
    );
  });
  filled('a prefix is any start of a key', async (store) => {
    for (const prefix of ['_', '_delta_log/', '_delta_log/02', 'b', 'b/', 'b/c', 'b/c/', 'a.b', 'z', 'b//', '../']) {
      assert.deepEqual(
        await keysOf(store, prefix),
        present.filter((key) => key.startsWith(prefix)),
        prefix,
      );
    }
  });
  filled('a listing starts after any text', async (store) => {
    for (const startAfter of ['_', '_delta_log/01.json', '_delta_log/1', 'a', 'a-b/', 'b/c', 'b/c/d', 'b/c0', '~']) {
      assert.deepEqual(
        await keysOf(store, '', startAfter),
        present.filter((key) => Buffer.compare(Buffer.from(key), Buffer.from(startAfter)) > 0),
        startAfter,
      );
      assert.deepEqual(
        await keysOf(store, 'b/', startAfter),
        present.filter((key) => key.startsWith('b/') && Buffer.compare(Buffer.from(key), Buffer.from(startAfter)) > 0),
      );
    }
  });
}

function testErrors(check: Check): void {
  check('what is not a key is refused by every call', async (store) => {
    const long = 'a'.repeat(1025);
    for (const key of ['', '/a', 'a/', 'a//b', '..', 'a/../../b', './a', 'a\0b', 'a\nb', '\ud800', '.tmp-1', long]) {
      await rejects('invalid-path', store.stat(key));
      await rejects('invalid-path', store.read(key));
      await rejects('invalid-path', store.readStream(key));
      await rejects('invalid-path', store.putIfAbsent(key, textBody('one')));
      await rejects('invalid-path', store.put(key, bytesOf('one')));
      await rejects('invalid-path', store.remove(key));
    }
    assert.deepEqual(await keysOf(store, ''), []);
  });
  check('an object over the limit of a read is refused', async (store) => {
    await store.putIfAbsent('a', textBody('12345'));
    assert.equal(textOf(await store.read('a', { sizeBytesMax: 5 })), '12345');
    await rejects('remote-damaged', store.read('a', { sizeBytesMax: 4 }));
  });
  check('an aborted call fails, and stores nothing', async (store) => {
    await store.putIfAbsent('there', textBody('one'));
    const signal = AbortSignal.abort();
    await rejects('cancelled', store.stat('there', { signal }));
    await rejects('cancelled', store.read('there', { signal }));
    await rejects('cancelled', store.readStream('there', { signal }));
    await rejects('cancelled', store.putIfAbsent('a', textBody('one'), { signal }));
    await rejects('cancelled', store.put('a', bytesOf('one'), { signal }));
    await rejects('cancelled', store.remove('there', { signal }));
    await rejects('cancelled', collectKeys(store.list('', { signal })));
    assert.deepEqual(await keysOf(store, ''), ['there']);
  });
  check('an abort while bytes flow fails the call, and no part is stored', async (store) => {
    const large = pattern(4 * 1024 * 1024);
    const sending = new AbortController();
    const put = store.putIfAbsent('a', bodyInChunks(large), {
      signal: sending.signal,
      onBytes: () => sending.abort(),
    });
    await rejects('cancelled', put);
    assert.equal(await store.stat('a'), undefined);
    await store.putIfAbsent('b', bodyInChunks(large));
    const receiving = new AbortController();
    const chunks = await store.readStream('b', { signal: receiving.signal, onBytes: () => receiving.abort() });
    await rejects('cancelled', collect(chunks));
  });
}

/** Returns a body in memory. */
export function textBody(text: string): ObjectBody {
  return bodyOf(bytesOf(text));
}

/** Returns a body that is read in chunks of 64 KiB. */
export function bodyInChunks(bytes: Uint8Array): ObjectBody {
  async function* open(start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < Math.min(end, bytes.length); at += 65_536) {
      yield await Promise.resolve(bytes.subarray(at, Math.min(end, at + 65_536)));
    }
  }
  return { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), open };
}

/** Returns bytes in which no long range repeats. */
export function pattern(length: number): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let index = 0, value = 1; index < words.length; index += 1) {
    value = (Math.imul(value, 1_664_525) + 1_013_904_223) | 0;
    words[index] = value;
  }
  return Buffer.from(words.buffer, 0, length);
}

/** Returns the bytes of a stream. */
export async function collect(chunks: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  assert.ok(chunks, 'the object is missing');
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/** Returns the keys of a listing, in its order. */
export async function keysOf(store: ObjectStore, prefix: string, startAfter?: string): Promise<readonly string[]> {
  return await collectKeys(store.list(prefix, { startAfter }));
}

/** Fails unless the call fails with a PondError of the code, whose message is returned. */
export async function rejects(code: ErrorCode, call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    assert.ok(isPondError(error), String(error));
    assert.equal(error.code, code, error.message);
    return error.message;
  }
  return assert.fail(`expected ${code}`);
}

async function collectKeys(objects: AsyncIterable<{ readonly key: string }>): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of objects) keys.push(key);
  return keys;
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytesOf('some'));
  throw new Error('the disk is gone');
}

function sortedByBytes(keys: readonly string[]): readonly string[] {
  return keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text);
const textOf = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString();
