/** Ponds whose large contents are at an origin. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sha256Of } from '../../server/src/base/sha256.ts';
import { PondError } from '../../server/src/base/error.ts';
import { blobPath } from '../../server/src/pond/blobs.ts';
import { openPond } from '../../server/src/pond/pond.ts';
import { type OpenPond } from '../../server/src/pond/openPond.ts';
import { type BlobOrigin } from '../../server/src/storage/pondStorage.ts';
import { hostPondStorage } from '../../server/src/storage/hostPondStorage.ts';
import { fails, textRead } from '../support/tree.ts';
import { largeContent, newThinFolders, type ThinFolders } from '../support/thinPond.ts';

/** An origin in a folder, which counts requests and may be out of reach. */
class FolderOrigin implements BlobOrigin {
  isReachable = true;
  readonly fetched: string[] = [];
  readonly #folders: ThinFolders;

  constructor(folders: ThinFolders) {
    this.#folders = folders;
  }

  exists(): boolean {
    return true;
  }

  async fetch(hash: string): Promise<void> {
    await Promise.resolve();
    if (!this.isReachable) throw new PondError('remote-failed', 'the origin cannot be reached');
    this.fetched.push(hash);
    const target = join(this.#folders.thin, blobPath(hash));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(this.#folders.whole, blobPath(hash)), target);
  }

  async has(hash: string, sizeBytes: number): Promise<boolean> {
    await Promise.resolve();
    if (!this.isReachable) throw new PondError('remote-failed', 'the origin cannot be reached');
    try {
      return readFileSync(join(this.#folders.whole, blobPath(hash))).length === sizeBytes;
    } catch {
      return false;
    }
  }

  async requireElsewhere(): Promise<void> {
    await Promise.resolve();
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }
}

async function openThin(t: TestContext): Promise<ThinFolders & { pond: OpenPond; origin: FolderOrigin }> {
  const folders = await newThinFolders(t);
  const origin = new FolderOrigin(folders);
  const pond = await openPond({ ...hostPondStorage(folders.thin), origin }, { mode: 'write' });
  t.after(() => pond.close());
  return { ...folders, pond, origin };
}

test('a blob that only the origin has is fetched when it is read, whole or in part, and not again', async (t) => {
  const { pond, origin } = await openThin(t);
  const root = await pond.fs.root();
  assert.equal(await textRead(root.readStream('/small')), 'small');
  assert.deepEqual(origin.fetched, []);
  assert.equal(await textRead(root.readStream('/large', { start: 7, end: 13 })), 'second');
  assert.equal(await textRead(root.readStream('/large')), String(largeContent('second ')));
  assert.equal(
    await textRead((await (await pond.at('1')).root()).readStream('/large')),
    String(largeContent('first ')),
  );
  assert.equal(origin.fetched.length, 2);
});

test('an engine gets the host files of all versions of a series, fetched first', async (t) => {
  const { pond, origin } = await openThin(t);
  const at = await (await pond.fs.root()).get('/series');
  const files = await pond.hostFiles(at!.node);
  assert.equal(files.length, 3);
  for (const { hostPath, key } of files) assert.equal(sha256Of(readFileSync(hostPath)), key);
  assert.equal(origin.fetched.length, 2);
});

test('without the origin, only the contents that it has fail', async (t) => {
  const { pond, origin } = await openThin(t);
  origin.isReachable = false;
  const root = await pond.fs.root();
  assert.equal((await root.list('/')).length, 3);
  assert.equal(await textRead(root.readStream('/small')), 'small');
  await fails('remote-failed', root.readFile('/large'));
  await fails('remote-failed', pond.hostFiles((await root.get('/series'))!.node));
  await root.writeFile('/new', largeContent('new '));
  await pond.commit({ message: 'new', author: 'test' });
  assert.equal(await textRead(root.readStream('/new')), String(largeContent('new ')));
  origin.isReachable = true;
  assert.equal(await textRead(root.readStream('/large')), String(largeContent('second ')));
});

test('a check counts absent blobs without fetching them, and finds altered ones', async (t) => {
  const { pond, origin, thin } = await openThin(t);
  const root = await pond.fs.root();
  const hash = (await root.get('/large'))!.node.sha256;
  const history = await pond.checkHistory();
  assert.deepEqual(history.problems, []);
  assert.deepEqual([history.absent?.blobs, history.checked.blobs], [4, 0]);
  let absent = 0;
  assert.deepEqual(await pond.check('HEAD', (_, { blobs }) => (absent = blobs)), []);
  assert.equal(absent, 3);
  assert.deepEqual(origin.fetched, []);
  await origin.fetch(hash);
  rmSync(join(thin, blobPath(hash)));
  writeFileSync(join(thin, blobPath(hash)), largeContent('altered'));
  assert.match((await pond.checkHistory()).problems.join(), /\/large version 2.*blob .* is altered/);
  assert.match((await pond.check()).join(), /\/large: blob .* is altered/);
});

test('a missing blob of a pond without an origin is damage', async (t) => {
  const { thin } = await newThinFolders(t);
  const pond = await openPond(hostPondStorage(thin), { mode: 'read' });
  t.after(() => pond.close());
  assert.equal((await pond.checkHistory()).problems.length, 4);
  await fails('not-found', pond.largeContents.fetch([], {}));
  await fails('not-found', pond.largeContents.evict({}));
});

test('contents are fetched ahead, each once, with progress in bytes', async (t) => {
  const { pond, origin } = await openThin(t);
  const root = await pond.fs.root();
  const { node } = (await root.get('/large'))!;
  const seen: (number | undefined)[] = [];
  const progress = (_: string, done: number, total?: number): void => void seen.push(done, total);
  assert.deepEqual(await pond.largeContents.fetch([node, node], { progress }), { blobs: 1, bytes: node.sizeBytes });
  assert.deepEqual(seen, [node.sizeBytes, node.sizeBytes]);
  assert.deepEqual(await pond.largeContents.fetch([node], {}), { blobs: 0, bytes: 0 });
  assert.equal(origin.fetched.length, 1);
});

test('an eviction removes what the origin has, and nothing that is staged, only here, or newer', async (t) => {
  const { pond, origin, whole, thin } = await openThin(t);
  const root = await pond.fs.root();
  const { node } = (await root.get('/large'))!;
  await root.readFile('/large');
  await root.writeFile('/committed', largeContent('committed '));
  await pond.commit({ message: 'committed', author: 'test' });
  const staged = (await root.writeFile('/staged', largeContent('staged '))).node;
  // The origin has the staged content too.
  copyFileSync(join(thin, blobPath(staged.sha256)), join(whole, 'kept'));
  mkdirSync(dirname(join(whole, blobPath(staged.sha256))), { recursive: true });
  copyFileSync(join(whole, 'kept'), join(whole, blobPath(staged.sha256)));
  utimesSync(join(thin, blobPath(node.sha256)), 1_000, 1_000);

  const recent = await pond.largeContents.evict({ beforeMs: 999_000 });
  assert.deepEqual([recent.evicted.blobs, recent.staged.blobs, recent.missingAtOrigin.blobs], [0, 0, 0]);
  const old = await pond.largeContents.evict({ beforeMs: 2_000_000 });
  assert.deepEqual(old.evicted, { blobs: 1, bytes: node.sizeBytes });
  const all = await pond.largeContents.evict({});
  assert.deepEqual([all.evicted.blobs, all.staged.blobs, all.missingAtOrigin.blobs], [0, 1, 1]);
  assert.equal(await textRead(root.readStream('/large')), String(largeContent('second ')));
  assert.equal(await textRead(root.readStream('/committed')), String(largeContent('committed ')));
  assert.equal(await textRead(root.readStream('/staged')), String(largeContent('staged ')));
  origin.isReachable = false;
  await fails('remote-failed', pond.largeContents.evict({}));
});
