import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { Decrypter, Encrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { FileStore } from '../../server/src/remote/fileStore.ts';
import { sealedSize, unsealedPosition, unsealedSize } from '../../server/src/remote/sealedContent.ts';
import { openSealedStore, SealedStore } from '../../server/src/remote/sealedStore.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import {
  bodyInChunks,
  collect,
  keysOf,
  pattern,
  rejects,
  testObjectStoreContract,
  textBody,
} from '../contracts/objectStores.ts';

const dataKey = Buffer.alloc(32, 7);
const inner = (disk: Disk = createMemoryDisk()): FileStore => new FileStore(disk, { address: 'file:///m', prefix: '' });

testObjectStoreContract('sealed folder', () =>
  Promise.resolve({ store: new SealedStore(inner(), dataKey), dispose: () => undefined }),
);

const chunk = 64 * 1024;
const sizes = [0, 1, 15, 16, chunk - 1, chunk, chunk + 1, 2 * chunk, 2 * chunk + 5];

test('the size of sealed content gives that of the content, and other sizes are none of it', () => {
  for (const size of sizes) {
    assert.equal(unsealedSize(sealedSize(size)), size);
    assert.equal(unsealedPosition(sealedSize(size)), size);
  }
  const possible = new Set(Array.from({ length: 3 * chunk }, (_, size) => sealedSize(size)));
  for (let sealed = 0; sealed < 2 * chunk; sealed += 1)
    assert.equal(unsealedSize(sealed) !== undefined, possible.has(sealed), String(sealed));
});

test('content of every size is read back whole and from any byte', async () => {
  const store = new SealedStore(inner(), dataKey);
  for (const size of sizes) {
    const content = pattern(size);
    await store.putIfAbsent(`a${size}`, bodyInChunks(content));
    for (const start of [0, 1, chunk - 1, chunk, chunk + 1, size - 1, size]) {
      if (start < 0 || start > size) continue;
      const bytes = await collect(await store.readStream(`a${size}`, { start }));
      assert.ok(bytes.equals(content.subarray(start)), `${size} from ${start}`);
    }
  }
});

test('the store sees the numbers of log entries, the folders of a pond, and nothing else', async () => {
  const disk = createMemoryDisk();
  const store = new SealedStore(inner(disk), dataKey);
  const keys = [
    '_delta_log/00000000000000000001.json',
    '_delta_log/_last_checkpoint',
    '_pond/blobs/ab/abcdef',
    'part.parquet',
  ];
  for (const key of keys) await store.putIfAbsent(key, textBody('secret text'));
  const seen = await keysOf(inner(disk), '');
  assert.equal(seen.length, keys.length);
  assert.equal(seen[0], keys[0]);
  assert.ok(
    seen.every((key) => !/checkpoint|abcdef|\/ab\/|parquet/.test(key)),
    seen.join(),
  );
  for (const key of seen) assert.doesNotMatch(String(Buffer.from(disk.readFile(key) ?? [])), /secret/);
  await store.putIfAbsent('_pond/remote.json', textBody('{}'));
  assert.equal(String(Buffer.from(disk.readFile('_pond/remote.json') ?? [])), '{}');
});

test('a listing after a log entry asks the store for later ones only', async () => {
  const asked: (string | undefined)[] = [];
  class AskedStore extends FileStore {
    override list(...[prefix, options]: Parameters<FileStore['list']>): ReturnType<FileStore['list']> {
      asked.push(options?.startAfter);
      return super.list(prefix, options);
    }
  }
  const store = new SealedStore(new AskedStore(createMemoryDisk(), { address: 'file:///m', prefix: '' }), dataKey);
  const entry = (number: number): string => `_delta_log/${String(number).padStart(20, '0')}.json`;
  for (const key of [
    entry(1),
    entry(2),
    '_delta_log/00000000000000000002.checkpoint.parquet',
    '_delta_log/_last_checkpoint',
  ])
    await store.putIfAbsent(key, textBody('one'));
  assert.deepEqual(await keysOf(store, '_delta_log/', entry(1)), [
    '_delta_log/00000000000000000002.checkpoint.parquet',
    entry(2),
    '_delta_log/_last_checkpoint',
  ]);
  assert.deepEqual(asked, ['_delta_log/00000000000000000001']);
});

describe('content that is not as it was sealed is refused', () => {
  const content = pattern(chunk + 100);
  const sealed = async (): Promise<{ disk: Disk; store: SealedStore; paths: readonly string[] }> => {
    const disk = createMemoryDisk();
    const store = new SealedStore(inner(disk), dataKey);
    for (const key of ['a', 'b'])
      await store.putIfAbsent(key, bodyInChunks(key === 'a' ? content : pattern(chunk + 99)));
    await store.putIfAbsent('small', textBody('some text'));
    return { disk, store, paths: await keysOf(inner(disk), '') };
  };
  const pathOf = (disk: Disk, paths: readonly string[], size: number): string =>
    paths.find((path) => disk.stat(path)?.sizeBytes === sealedSize(size)) ?? assert.fail();
  const write = (disk: Disk, path: string, bytes: Uint8Array): void => {
    disk.remove(path);
    const file = disk.create(path);
    file.append(bytes);
    file.close();
  };
  const refused = async (store: SealedStore, key: string): Promise<void> => {
    await rejects('remote-damaged', store.read(key));
    await rejects('remote-damaged', (async () => await collect(await store.readStream(key)))());
  };

  it('when any byte is altered, or any number of bytes is missing', async () => {
    const { disk, store, paths } = await sealed();
    const path = pathOf(disk, paths, 9);
    const bytes = disk.readFile(path) ?? assert.fail();
    for (let at = 0; at < bytes.length; at += 1) {
      write(
        disk,
        path,
        bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)),
      );
      await refused(store, 'small');
      write(disk, path, bytes.subarray(0, at));
      await refused(store, 'small');
    }
    write(disk, path, Buffer.concat([bytes, Buffer.alloc(1)]));
    await refused(store, 'small');
  });

  it('when a chunk is missing, repeated, or in another place', async () => {
    const { disk, store, paths } = await sealed();
    const path = pathOf(disk, paths, content.length);
    const bytes = Buffer.from(disk.readFile(path) ?? assert.fail());
    const [head, first, second] = [
      bytes.subarray(0, 20),
      bytes.subarray(20, 20 + chunk + 16),
      bytes.subarray(20 + chunk + 16),
    ];
    for (const parts of [[first], [first, first, second], [first, first], [second, first], [second]]) {
      write(disk, path, Buffer.concat([head, ...parts]));
      await refused(store, 'a');
    }
    write(disk, path, Buffer.concat([head, first, second.subarray(1), second.subarray(0, 1)]));
    await rejects('remote-damaged', (async () => await collect(await store.readStream('a', { start: chunk })))());
  });

  it('when it is that of another object, or of another store', async () => {
    const { disk, store, paths } = await sealed();
    const [a, b] = [pathOf(disk, paths, chunk + 100), pathOf(disk, paths, chunk + 99)];
    write(disk, a, disk.readFile(b) ?? assert.fail());
    await refused(store, 'a');
    const other = new SealedStore(inner(disk), Buffer.alloc(32, 8));
    assert.equal(await other.stat('b'), undefined);
    assert.deepEqual(await keysOf(other, ''), []);
  });
});

describe('keys', () => {
  it('open a store to each recipient, also to one that is added later by the age tool, and to no one else', async () => {
    const [own, colleague, stranger] = await Promise.all([generateIdentity(), generateIdentity(), generateIdentity()]);
    const recipients = [await identityToRecipient(own)];
    const disk = createMemoryDisk();
    const first = await openSealedStore(inner(disk), { recipients, identities: [own] });
    await first.putIfAbsent('a', textBody('one'));
    const open = (identities: readonly string[]) => openSealedStore(inner(disk), { recipients: [], identities });
    assert.equal(String(await (await open([stranger, own])).read('a')), 'one');
    for (const identities of [[], [stranger], ['a passphrase']]) await rejects('remote-denied', open(identities));
    // As the page says: with the age tool.
    const [decrypter, encrypter] = [new Decrypter(), new Encrypter()];
    decrypter.addIdentity(own);
    encrypter.addRecipient(await identityToRecipient(colleague));
    const key = await decrypter.decrypt((await inner(disk).read('keys/1.age')) ?? new Uint8Array());
    await inner(disk).put('keys/2.age', await encrypter.encrypt(key));
    assert.equal(String(await (await open([colleague])).read('a')), 'one');
    assert.deepEqual(await keysOf(inner(disk), 'keys/'), ['keys/1.age', 'keys/2.age']);
    assert.deepEqual(await keysOf(first, ''), ['a']);
  });

  it('are refused when a recipient is malformed, without repeating it', async () => {
    const open = openSealedStore(inner(), { recipients: ['age1secret-typo'], identities: [] });
    assert.doesNotMatch(await rejects('usage', open), /typo/);
    await rejects('usage', openSealedStore(inner(), { recipients: [], identities: [] }));
  });

  it('are made once when two processes begin at the same time', async () => {
    const identity = await generateIdentity();
    const access = { recipients: [await identityToRecipient(identity)], identities: [identity] };
    const disk = createMemoryDisk();
    const [one, two] = await Promise.all([openSealedStore(inner(disk), access), openSealedStore(inner(disk), access)]);
    await one.putIfAbsent('a', textBody('one'));
    assert.equal(String(await two.read('a')), 'one');
  });
});
