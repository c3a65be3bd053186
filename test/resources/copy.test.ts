/** Runs of a Copy over folders as stores, which a push fills. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type TestContext, test } from 'node:test';
import { blobPath } from '../../server/src/pond/blobs.ts';
import { directoryHash } from '../../server/src/pond/directoryHash.ts';
import { type OpenPond } from '../../server/src/pond/openPond.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { FileStore } from '../../server/src/remote/fileStore.ts';
import { type RemoteLocation } from '../../server/src/remote/location.ts';
import { type ObjectStore } from '../../server/src/remote/objectStore.ts';
import { type RunContext } from '../../server/src/resources/model/kind.ts';
import { SourcePond } from '../../server/src/resources/kinds/copy/source.ts';
import { type CopySpec } from '../../server/src/resources/kinds/copy/spec.ts';
import { runCopy } from '../../server/src/resources/kinds/copy/run.ts';
import { isBookkeeping } from '../../server/src/resources/model/resourcePath.ts';
import { openPondDisk } from '../../server/src/storage/hostDisk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { backupId, pushTo } from '../support/backup.ts';
import { temporaryFolder } from '../support/folder.ts';
import { initPond, openPond } from '../support/pond.ts';
import { resourceBench, type ResourceBench, type RunSettings } from '../support/runContext.ts';
import { smallParquet } from '../support/smallParquet.ts';
import { largeContent, largeParquet } from '../support/thinPond.ts';
import { collect, fails } from '../support/tree.ts';
import { newUserCache } from '../support/userCache.ts';

/** A pond with files of all types, which is sent to a folder. */
interface Source {
  readonly pond: OpenPond;
  /** The folder with the copies of ponds, and the one of this pond. */
  readonly store: string;
  readonly objects: string;
  /** Commits what is staged, if anything, and sends it. */
  send(): Promise<void>;
}

async function newSource(t: TestContext): Promise<Source> {
  const folder = temporaryFolder(t);
  const store = join(folder, 'store');
  mkdirSync(store);
  const pond = await initPond(join(folder, 'source'));
  t.after(() => pond.close());
  const cache = createMemoryDisk();
  const remote = new FileStore(openPondDisk(store), { address: 'folder', prefix: pond.id });
  const root = await pond.fs.root();
  await root.createDirectory('/sensors');
  await root.setAttributes('/sensors', { site: 'harbor' });
  for (const content of [smallParquet('a'), largeParquet('b')]) {
    await root.writeFile('/sensors/level', content, { type: 'series' });
  }
  await root.createFile('/sensors/big.bin', largeContent('big '));
  await root.createFile('/sensors/table', smallParquet('c'), { type: 'table' });
  await root.createFile('/notes.txt', Buffer.from('notes'), { attributes: { by: 'a person' } });
  await root.createSymlink('/latest', 'sensors/level');
  return {
    ...{ pond, store, objects: join(store, pond.id) },
    async send() {
      if ((await pond.status()).staged.length > 0) await pond.commit({ message: 'change', author: 'test' });
      await pushTo({ pond, cache }, remote);
    },
  };
}

const documentOf = (store: string, spec: string): string =>
  `apiVersion: duckpond/v1
kind: Copy
name: harbor
desc: Another pond
spec: { endpoint: "${pathToFileURL(store).href}", ${spec} }
`;

/** A pond with a Copy of a source. */
interface Copying {
  readonly bench: ResourceBench;
  run(settings?: RunSettings): ReturnType<ResourceBench['run']>;
}

async function newCopy(t: TestContext, source: Source, spec = `pond: ${source.pond.id}`): Promise<Copying> {
  const bench = await resourceBench(t, 'Copy', documentOf(source.store, spec));
  return { bench, run: (settings) => bench.run(runCopy, settings) };
}

/** Hash of what is in a resource directory without its document and records. */
async function hashOf({ pond, home }: ResourceBench): Promise<string> {
  const { node } = (await (await pond.fs.root()).get(home))!;
  return await directoryHash((await pond.fs.backend.list(node)).filter(({ name }) => !isBookkeeping(name)));
}

const cached = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true })
        .map(String)
        .filter((name) => /[0-9a-f]{64}$/.test(name))
    : [];

test('a run makes the copy equal to the other pond, and names its commit and root hash', async (t) => {
  const cache = join(newUserCache(t), '../copies');
  const source = await newSource(t);
  await source.send();
  const { bench, run } = await newCopy(t, source);
  const first = await run();
  assert.deepEqual(first.notes, [
    `commit 1 of pond ${source.pond.id}, whose root hash is ${source.pond.head.rootHash}`,
  ]);
  assert.equal(first.files, 4);
  assert.equal(await hashOf(bench), source.pond.head.rootHash);
  assert.deepEqual((await bench.pond.checkHistory()).problems, []);
  const exact = await resourceBench(t, 'Copy', documentOf(join(source.store, source.pond.id), ''));
  await exact.run(runCopy);
  assert.equal(await hashOf(exact), source.pond.head.rootHash, 'also where the address is that of the pond itself');
  const root = await bench.pond.fs.root();
  assert.equal((await collect(root.versions(`${bench.home}/sensors/level`))).length, 2);
  assert.equal(await root.readlink(`${bench.home}/latest`), 'sensors/level');
  assert.deepEqual((await root.get(`${bench.home}/notes.txt`))!.node.attributes, { by: 'a person' });
  // What was fetched for it is not kept twice.
  assert.deepEqual(cached(cache), []);
});

test('a run takes over changes, versions, renames and removals, and one without any changes nothing', async (t) => {
  newUserCache(t);
  const source = await newSource(t);
  await source.send();
  const { bench, run } = await newCopy(t, source);
  await run();
  const head = bench.pond.head.number;
  const idle = await run();
  assert.deepEqual([idle.files, idle.bytes, bench.pond.head.number], [0, 0, head]);
  const root = await source.pond.fs.root();
  await root.writeFile('/sensors/level', largeParquet('d'));
  await root.rename('/sensors/big.bin', '/renamed.bin');
  await root.remove('/latest');
  await root.setAttributes('/notes.txt', { by: 'another' });
  await source.send();
  // A content that this pond has is not fetched.
  const hash = (await root.get('/renamed.bin'))!.node.sha256;
  rmSync(join(source.objects, blobPath(hash)));
  const next = await run();
  assert.deepEqual([next.files, next.notes.at(-1)], [2, 'removed 2 entries that it no longer has']);
  assert.equal(await hashOf(bench), source.pond.head.rootHash);
  assert.equal(bench.pond.head.number, head + 1);
  assert.equal((await collect((await bench.pond.fs.root()).versions(`${bench.home}/sensors/level`))).length, 3);
});

test('what was changed in the copy is set right by the next run, also without news', async (t) => {
  newUserCache(t);
  const source = await newSource(t);
  await source.send();
  const { bench, run } = await newCopy(t, source);
  await run();
  await (await bench.pond.fs.root()).remove(`${bench.home}/notes.txt`);
  await bench.pond.commit({ message: 'removed', author: 'test' });
  assert.equal((await run()).files, 1);
  assert.equal(await hashOf(bench), source.pond.head.rootHash);
});

test('paths, a directory for the copy and a version restrict it, and a changed document is followed', async (t) => {
  newUserCache(t);
  const source = await newSource(t);
  await source.send();
  const { pond, store } = source;
  const { bench, run } = await newCopy(t, source, `pond: ${pond.id}, paths: [/notes.*, /none/*]`);
  const listed = async (): Promise<readonly string[]> =>
    (await collect((await (await bench.pond.fs.root()).openDirectory(bench.home)).walk()))
      .map(({ path }) => path.slice(bench.home.length))
      .filter((path) => !isBookkeeping(path.slice(1)));
  const outcome = await run();
  assert.deepEqual(await listed(), ['/notes.txt']);
  assert.match(outcome.notes[0]!, new RegExp(`; the hash of the part that is copied is ${await hashOf(bench)}$`));
  assert.deepEqual(outcome.notes.slice(1), ['no path of the other pond matches /none/*']);
  await bench.apply(documentOf(store, `pond: ${pond.id}, into: tree, mode: pinned, at: "1"`));
  await run();
  const root = await bench.pond.fs.root();
  assert.equal((await root.get(`${bench.home}/tree`))!.node.sha256, pond.head.rootHash);
  assert.equal((await listed())[0], '/tree');
  const pinned = pond.head.rootHash;
  await (await pond.fs.root()).remove('/notes.txt');
  await source.send();
  assert.deepEqual((await run()).notes, [`commit 1 of pond ${pond.id}, whose root hash is ${pinned}`]);
  await bench.apply(documentOf(store, `backup_uuid: ${backupId}`));
  await run();
  assert.equal(await hashOf(bench), pond.head.rootHash);
  await bench.apply(documentOf(store, `pond: ${pond.id}, mode: pinned, at: "99"`));
  await fails('version-not-found', run());
  assert.equal(await hashOf(bench), pond.head.rootHash);
});

test('a run that stops changes nothing, and the next one continues with what was fetched', async (t) => {
  const cache = join(newUserCache(t), '../copies');
  const source = await newSource(t);
  await source.send();
  const { bench, run } = await newCopy(t, source);
  const empty = await hashOf(bench);
  let stops = 0;
  for (let last = 0; ; last++) {
    const controller = new AbortController();
    let calls = 0;
    const progress = (): void => {
      if (calls++ === last) controller.abort();
    };
    try {
      await run({ signal: controller.signal, progress });
      break;
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'cancelled', String(error));
      assert.equal(await hashOf(bench), empty);
      stops += 1;
    }
  }
  assert.ok(stops > 4, `${stops}`);
  assert.equal(await hashOf(bench), source.pond.head.rootHash);
  assert.deepEqual(cached(cache), []);
});

test('a content that is missing at the store fails the run, and those that had come are not fetched again', async (t) => {
  newUserCache(t);
  const source = await newSource(t);
  await source.send();
  const { bench, run } = await newCopy(t, source);
  const blobs = cached(join(source.objects, '_pond/blobs')).map((name) => join(source.objects, '_pond/blobs', name));
  assert.equal(blobs.length, 2);
  renameSync(blobs[0]!, join(source.store, 'away'));
  await fails('remote-damaged', run());
  renameSync(join(source.store, 'away'), blobs[0]!);
  rmSync(blobs[1]!);
  await run();
  assert.equal(await hashOf(bench), source.pond.head.rootHash);
});

test('a cache that was damaged is made again, and another pond in the place of the first is refused', async (t) => {
  const cache = join(newUserCache(t), '../copies');
  const source = await newSource(t);
  await source.send();
  const { bench, run } = await newCopy(t, source);
  await run();
  const log = readdirSync(cache, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('1.json'));
  for (const name of log) writeFileSync(join(cache, name), 'damaged');
  await (await source.pond.fs.root()).writeFile('/notes.txt', Buffer.from('more'));
  await source.send();
  await run();
  assert.equal(await hashOf(bench), source.pond.head.rootHash);
  const other = await newSource(t);
  await (await other.pond.fs.root()).remove('/latest');
  await other.send();
  rmSync(source.objects, { recursive: true });
  renameSync(other.objects, source.objects);
  await fails('remote-diverged', run());
  assert.equal(await hashOf(bench), source.pond.head.rootHash);
});

test('a store whose history was replaced is followed, and the run says so', async (t) => {
  newUserCache(t);
  const source = await newSource(t);
  await source.send();
  const kept = join(source.store, '../kept');
  cpSync(source.pond.directory, kept, { recursive: true, filter: (path) => !path.includes('lock.') });
  await (await source.pond.fs.root()).remove('/latest');
  await source.send();
  const { bench, run } = await newCopy(t, source);
  await run();
  // The pond goes on from an older state, as one does that was restored from an old disk.
  const restored = await openPond(kept, { mode: 'write' });
  t.after(() => restored.close());
  rmSync(source.objects, { recursive: true });
  await (await restored.fs.root()).createFile('/other', Buffer.from('other'));
  await restored.commit({ message: 'another commit 2', author: 'test' });
  const remote = new FileStore(openPondDisk(source.store), { address: 'folder', prefix: restored.id });
  await pushTo({ pond: restored, cache: createMemoryDisk() }, remote);
  assert.equal((await run()).notes.at(-1), 'the other pond has another history than at the last run');
  assert.equal(await hashOf(bench), restored.head.rootHash);
});

test('names that the resource needs, a store without the pond, and another pond are errors', async (t) => {
  newUserCache(t);
  const source = await newSource(t);
  await (await source.pond.fs.root()).createFile('/runs.jsonl', Buffer.from('x'));
  await source.send();
  const { bench, run } = await newCopy(t, source);
  await assert.rejects(run(), { code: 'run-failed', hint: /"into: NAME"/, position: { line: 4, character: 6 } });
  const absent = '00000000-0000-4000-8000-000000000000';
  await bench.apply(documentOf(source.store, `pond: ${absent}`));
  const hint = /^Correct the key pond or the prefix: 'pond backup ls URL'/;
  await assert.rejects(run(), { code: 'pond-not-found', message: /^Copy\/harbor: there is no pond at /, hint });
  await bench.apply(documentOf(source.store, 'into: tree'));
  await run();
  await bench.apply(documentOf(source.store, `backup_uuid: ${absent}`));
  await assert.rejects(run(), { code: 'run-failed', message: /was sent there by Backup 0000/ });
  renameSync(source.objects, join(source.store, absent));
  await bench.apply(documentOf(source.store, `pond: ${absent}`));
  await assert.rejects(run(), { code: /remote-d(iverged|amaged)/ });
});

test('a pond is not copied into itself, nor a pond that has a copy of this one', async (t) => {
  newUserCache(t);
  const source = await newSource(t);
  await source.send();
  const { bench, run } = await newCopy(t, source);
  await run();
  // The source gets a copy of the pond that copies it.
  const copying: Pond = bench.pond;
  const remote = new FileStore(openPondDisk(source.store), { address: 'folder', prefix: copying.id });
  await pushTo({ pond: copying, cache: createMemoryDisk() }, remote);
  const root = await source.pond.fs.root();
  const [a, b] = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b'];
  await root.createDirectory(`/Copy/${a}/tree/Copy/${b}`, { parents: true });
  const state = JSON.stringify({ pond: copying.id });
  await root.createFile(`/Copy/${a}/tree/Copy/${b}/progress.json`, Buffer.from(state));
  await source.send();
  await assert.rejects(run(), { code: 'resource-cycle', message: new RegExp(`at /Copy/${a}/tree/Copy/${b}$`) });
  await bench.apply(documentOf(source.store, `pond: ${source.pond.id}, paths: [/sensors]`));
  await run();
  await bench.apply(documentOf(source.store, `pond: ${copying.id}`));
  await fails('resource-cycle', run());
});

/** Names of the calls of a store, in order. */
function countedStore(store: ObjectStore): { readonly store: ObjectStore; readonly take: () => readonly string[] } {
  const calls: string[] = [];
  const counted = new Proxy(store, {
    get(target, name) {
      const own: unknown = Reflect.get(target, name, target);
      if (typeof own !== 'function') return own;
      return (...args: readonly unknown[]): unknown => {
        calls.push(String(name));
        return Reflect.apply(own, target, args);
      };
    },
  });
  return { store: counted, take: () => calls.splice(0) };
}

test('without news one request is made, and with one commit as many for an old pond as for a young one', async (t) => {
  newUserCache(t);
  const requests: number[] = [];
  for (const age of [1, 20]) {
    const source = await newSource(t);
    const change = async (number: number): Promise<void> => {
      await (await source.pond.fs.root()).writeFile('/notes.txt', Buffer.from(`${number}`));
      await source.send();
    };
    for (let number = 0; number < age; number++) await change(number);
    const { bench } = await newCopy(t, source);
    await bench.run(async (context: RunContext<CopySpec>) => {
      const location: RemoteLocation = { kind: 'folder', folder: source.objects, prefix: '' };
      const { store, take } = countedStore(new FileStore(openPondDisk(source.objects), { address: 'a', prefix: '' }));
      const copied = new SourcePond(store, location, context);
      assert.equal(await copied.hasNews(), true);
      await (await copied.open()).pond.close();
      take();
      assert.equal(await copied.hasNews(), false);
      assert.deepEqual(take(), ['list']);
      await change(age);
      assert.equal(await copied.hasNews(), true);
      const { pond } = await copied.open();
      assert.equal(pond.head.number, source.pond.head.number);
      await pond.close();
      requests.push(take().length);
      return { rows: 0, files: 0, bytes: 0, notes: [] };
    });
  }
  assert.equal(requests[0], requests[1]);
});
