/** The origin of a thin clone: what is fetched from it, and what is refused. */
import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type TestContext, test } from 'node:test';
import { sha256Of } from '../../server/src/base/sha256.ts';
import { PondError } from '../../server/src/base/error.ts';
import { blobPath } from '../../server/src/pond/blobs.ts';
import { originPath } from '../../server/src/storage/pondStorage.ts';
import { readOrigin, writeOrigin } from '../../server/src/replica/originRecord.ts';
import { ThinOrigin } from '../../server/src/replica/thinOrigin.ts';
import { verifiedObject } from '../../server/src/replica/verifiedObject.ts';
import { bodyOf } from '../../server/src/remote/content.ts';
import { FileStore } from '../../server/src/remote/fileStore.ts';
import { type ObjectStore } from '../../server/src/remote/objectStore.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { openPondDisk } from '../../server/src/storage/hostDisk.ts';
import { temporaryFolder } from '../support/folder.ts';
import { collect, fails } from '../support/tree.ts';

const content = Buffer.from('large '.repeat(20_000));
const hash = sha256Of(content);
const pond = '6f8f2a1e-0000-4000-8000-000000000001';

interface Folders {
  readonly store: string;
  readonly thin: string;
}

/** A store with one blob, and the folder of a thin clone of it. */
function newFolders(t: TestContext): Folders {
  const folder = temporaryFolder(t);
  const [store, thin] = [join(folder, 'store'), join(folder, 'thin')];
  mkdirSync(join(store, blobPath(hash), '..'), { recursive: true });
  writeFileSync(join(store, blobPath(hash)), content);
  mkdirSync(join(thin, '_pond'), { recursive: true });
  writeOrigin(openPondDisk(thin), { pond, url: pathToFileURL(store).href, keys: undefined });
  return { store, thin };
}

function originIn(
  { thin }: Folders,
  requireAllowed: (pond: string, access: string) => void = () => undefined,
): ThinOrigin {
  return new ThinOrigin({ disk: openPondDisk(thin), requireAllowed, env: () => undefined, now: Date.now });
}

test('a blob is compared with its hash before it has its name, and requests for it are shared', async (t) => {
  const folders = newFolders(t);
  const asked: string[] = [];
  const origin = originIn(folders, (...access) => asked.push(access.join(' ')));
  await Promise.all([1, 2, 3].map(() => origin.fetch(hash, content.length)));
  assert.deepEqual(readFileSync(join(folders.thin, blobPath(hash))), content);
  assert.deepEqual(asked, [`${pond} reads contents from ${pathToFileURL(folders.store).href}`]);
  await origin.fetch(hash, content.length);
  assert.equal(asked.length, 1);
  assert.deepEqual(readdirSync(join(folders.thin, '_pond/cache/fetch')), []);
});

/** What a store does to a blob, and the message of the error. */
const damages: Readonly<Record<string, readonly [damage: (file: string) => void, says: RegExp]>> = {
  missing: [(file) => rmSync(file), /is missing/],
  short: [(file) => truncateSync(file, 1000), /has 1000 bytes; expected 120000/],
  long: [(file) => writeFileSync(file, 'more', { flag: 'a' }), /has more than 120000 bytes/],
  altered: [
    (file) =>
      writeFileSync(
        file,
        content.map((byte) => byte ^ 1),
      ),
    /is altered/,
  ],
};

for (const [name, [damage, message]] of Object.entries(damages)) {
  test(`a blob that is ${name} at the origin leaves nothing on the disk`, async (t) => {
    const folders = newFolders(t);
    damage(join(folders.store, blobPath(hash)));
    const origin = originIn(folders);
    await assert.rejects(origin.fetch(hash, content.length), { code: 'remote-damaged', message });
    assert.equal(existsSync(join(folders.thin, blobPath(hash))), false);
    assert.deepEqual(readdirSync(join(folders.thin, '_pond/cache/fetch')), []);
    assert.equal(await origin.has(hash, content.length), name === 'altered');
  });
}

test('what the person did not allow is not fetched, and may be allowed later', async (t) => {
  const folders = newFolders(t);
  let isAllowed = false;
  const origin = originIn(folders, () => {
    if (!isAllowed) throw new PondError('not-allowed', 'not allowed');
  });
  await fails('not-allowed', origin.fetch(hash, content.length));
  await fails('not-allowed', origin.has(hash, content.length));
  isAllowed = true;
  await origin.fetch(hash, content.length);
});

test('unfinished blobs of killed processes are removed after a day, those of others stay', async (t) => {
  const folders = newFolders(t);
  const fetching = join(folders.thin, '_pond/cache/fetch');
  mkdirSync(fetching, { recursive: true });
  for (const name of ['.tmp-old', '.tmp-new', 'other']) writeFileSync(join(fetching, name), 'x');
  for (const name of ['.tmp-old', 'other']) utimesSync(join(fetching, name), 1_000, 1_000);
  await originIn(folders).fetch(hash, content.length);
  assert.deepEqual(readdirSync(fetching).sort(), ['.tmp-new', 'other']);
});

test('a pond whose origin is its own folder, by any name, is not one to evict from', async (t) => {
  const folders = newFolders(t);
  await originIn(folders).requireElsewhere();
  cpSync(join(folders.thin, '_pond'), join(folders.store, '_pond'), { recursive: true });
  const alias = join(folders.store, '../alias');
  symlinkSync(folders.store, alias);
  for (const name of [folders.store, alias]) {
    writeOrigin(openPondDisk(folders.store), { pond, url: pathToFileURL(name).href, keys: undefined });
    await fails('remote-unsafe', originIn({ ...folders, thin: folders.store }).requireElsewhere());
  }
  assert.deepEqual(readdirSync(join(folders.store, '_pond/cache/fetch')), []);
});

test('the record of an origin has no secrets, and anything else in its place is an error', () => {
  const disk = createMemoryDisk();
  assert.equal(readOrigin(disk), undefined);
  const url = 's3://bucket/ponds/x?endpoint=https%3A%2F%2Fs3.example.org&region=us-east-1&path_style=true';
  writeOrigin(disk, { pond, url, keys: { key: 'S3_KEY', secret: 'S3_SECRET', sessionToken: undefined } });
  const text = Buffer.from(disk.readFile(originPath)!).toString();
  assert.match(text, /"\$\{env:S3_SECRET\}"/);
  assert.deepEqual(readOrigin(disk)?.keys, { key: 'S3_KEY', secret: 'S3_SECRET', sessionToken: undefined });
  const damaged: Readonly<Record<string, RegExp>> = {
    'no JSON': /its format is undefined/,
    '[]': /its format is undefined/,
    [text.replace('"format": 1', '"format": 2')]: /its format is 2, not 1/,
    [text.replace('"url"', '"link"')]: /no URL/,
    [text.replace('"pond"', '"of"')]: /no id/,
    [text.replace('"secret"', '"other"')]: /only one of key and secret/,
    [text.replace('"${env:S3_KEY}"', '"AKIA"')]: /its key is not a reference/,
    [' '.repeat(70_000)]: /70000 bytes/,
  };
  for (const [other, message] of Object.entries(damaged)) {
    disk.remove(originPath);
    disk.create(originPath).append(Buffer.from(other));
    assert.throws(() => readOrigin(disk), { code: 'pond-damaged', message }, other.slice(0, 200));
  }
});

/** A store whose streams break off after some bytes; 0 for at once. */
function breakingStore(store: ObjectStore, bytesMax: number): { store: ObjectStore; starts: number[] } {
  const starts: number[] = [];
  const broken = new Proxy(store, {
    get: (target, name, receiver) =>
      name === 'readStream'
        ? async (key: string, options: { start?: number } = {}) => {
            starts.push(options.start ?? 0);
            const stream = await target.readStream(key, options);
            return stream && cut(stream, bytesMax);
          }
        : (Reflect.get(target, name, receiver) as unknown),
  });
  return { store: broken, starts };
}

async function* cut(stream: AsyncIterable<Uint8Array>, bytesMax: number): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    if (bytesMax > 0) yield chunk.subarray(0, bytesMax);
    if (chunk.length > bytesMax) throw new PondError('remote-failed', 'the connection was lost');
  }
}

test('a stream that breaks off is continued where it did, as long as something arrives', async () => {
  const files = new FileStore(createMemoryDisk(), { address: 'memory', prefix: '' });
  await files.putIfAbsent('object', bodyOf(content));
  const expected = { key: 'object', sizeBytes: content.length, sha256: hash };
  const { store, starts } = breakingStore(files, 50_000);
  assert.deepEqual(Buffer.concat(await collect(verifiedObject(store, expected))), content);
  assert.deepEqual(starts, [0, 50_000, 100_000]);
  await fails('remote-failed', collect(verifiedObject(breakingStore(files, 0).store, expected)));
});
