import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { commitAt } from '../../server/src/pond/history.ts';
import { Journal } from '../../server/src/pond/journal.ts';
import { journalPath } from '../../server/src/pond/workPaths.ts';
import { acquireLock } from '../../server/src/pond/lock.ts';
import { OpenPond } from '../../server/src/pond/openPond.ts';
import { initPondOn, openPondOn, storageOn } from '../support/pond.ts';
import { withoutLayer } from '../../server/src/pond/withoutLayer.ts';
import { recover } from '../../server/src/pond/recovery.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { imageOf } from '../support/diskImage.ts';
import { endLockHolders, overwrite } from '../support/pondState.ts';
import { areReleased } from '../support/released.ts';
import { bytesOf } from '../support/tree.ts';

const saves = 400;
const sizeBytes = 60_000;

/** Opens a pond for writing, with a weak reference to the content that was read from its journal. */
async function openWatching(disk: Disk): Promise<{ readonly pond: Pond; readonly frames: WeakRef<object> }> {
  const storage = storageOn(disk, 'memory');
  const lock = acquireLock(disk);
  const { opLog, journal: contents, notices } = await recover(disk, { lock });
  assert.equal(contents.batches.length > 0, true);
  const head = await commitAt(opLog, opLog.head);
  const writer = { lock, journal: Journal.open(disk, contents, head.number, lock) };
  const pond = new OpenPond({ storage, opLog, head, notices, contents, writer }, withoutLayer());
  return { pond, frames: new WeakRef(contents.batches) };
}

describe('the journal of staged changes', () => {
  it('does not grow with the number of times that a file is saved', async () => {
    const disk = createMemoryDisk();
    const pond = await initPondOn(disk, 'memory');
    const root = await pond.fs.root();
    const other = randomBytes(sizeBytes);
    await root.writeFile('/other', other);
    const early = await root.get('/other');
    let last = randomBytes(sizeBytes);
    for (let save = 0; save < saves; save++) await root.writeFile('/a', (last = randomBytes(sizeBytes)));

    const journalBytes = disk.stat(journalPath)!.sizeBytes;
    assert.ok(journalBytes < (saves * sizeBytes) / 2, `the journal has ${journalBytes} bytes`);
    assert.deepEqual(Buffer.from(await root.readFile('/a')), last);
    // A node that was looked up before the journal was shortened is still readable.
    const chunks: Uint8Array[] = [];
    for await (const chunk of pond.fs.backend.read(early!.node)) chunks.push(chunk);
    assert.deepEqual(Buffer.concat(chunks), other);

    const staged = await stagedHashes(pond);
    await pond.close();
    const again = await openPondOn(disk, 'memory', { mode: 'write' });
    assert.deepEqual(await stagedHashes(again), staged);
    assert.deepEqual(Buffer.from(await (await again.fs.root()).readFile('/a')), last);
    await again.commit({ message: 'both', author: 'test' });
    assert.deepEqual(await again.check(), []);
    await again.close();
  });

  it('is not changed under another name, as in a copy of the folder by hard links', async () => {
    const disk = createMemoryDisk();
    const names = ['_pond/journal', '_pond/journal.end', '_pond/new-content'];
    const pond = await initPondOn(disk, 'memory');
    await (await pond.fs.root()).writeFile('/a', randomBytes(100_000));
    await pond.close();
    disk.makeDirectory('copy/_pond');
    for (const name of names) disk.link(name, `copy/${name}`);
    const copied = names.map((name) => disk.readFile(`copy/${name}`));
    const again = await openPondOn(disk, 'memory', { mode: 'write' });
    await (await again.fs.root()).writeFile('/b', randomBytes(100_000));
    assert.equal((await stagedHashes(again)).length, 2);
    await again.commit({ message: 'both', author: 'test' });
    await again.close();
    assert.deepEqual(
      names.map((name) => disk.readFile(`copy/${name}`)),
      copied,
    );
  });

  it('keeps the time at which a directory got a name when it is rewritten', async () => {
    const disk = createMemoryDisk();
    const pond = await initPondOn(disk, 'memory');
    const root = await pond.fs.root();
    await root.createDirectory('/d');
    await root.writeFile('/old', Buffer.from('old'));
    await pond.commit({ message: 'base', author: 'test' });
    await root.rename('/old', '/d/old');
    const before = (await root.get('/d'))!.node.modifiedUs;
    for (let save = 0; save < saves; save++) await root.writeFile('/a', randomBytes(sizeBytes));
    assert.ok(disk.stat(journalPath)!.sizeBytes < (saves * sizeBytes) / 2);
    assert.equal((await root.get('/d'))!.node.modifiedUs, before);
    await pond.close();
  });

  it('is not kept in memory by the pond that was opened with it', async () => {
    const disk = createMemoryDisk();
    const first = await initPondOn(disk, 'memory');
    await (await first.fs.root()).writeFile('/staged', Buffer.from('text'));
    await first.close();
    const { pond, frames } = await openWatching(disk);
    assert.ok(await areReleased([frames]));
    assert.equal((await pond.status()).staged.length, 1);
    await pond.close();
  });

  it('keeps staged changes when a concurrent transaction commits', async () => {
    const pond = await initPondOn(createMemoryDisk(), 'memory');
    const root = await pond.fs.root();
    await root.writeFile('/mine', Buffer.from('1'));
    const transaction = await pond.begin();
    await (await transaction.fs.root()).writeFile('/theirs', Buffer.from('2'));
    const commit = await transaction.commit({ message: 'run', author: 'test', operation: 'run' });
    assert.equal(commit?.counts.added, 1);
    const { staged, conflicts } = await pond.status();
    assert.deepEqual([staged.map(({ path }) => path), conflicts], [['/mine'], []]);
    assert.equal(Buffer.from(await root.readFile('/theirs')).toString(), '2');
    await pond.close();
  });

  it('has a conflict when a transaction changed a staged path, which can be resolved either way', async () => {
    const pond = await initPondOn(createMemoryDisk(), 'memory');
    const root = await pond.fs.root();
    for (const path of ['/a', '/b']) await root.writeFile(path, Buffer.from('0'));
    await pond.commit({ message: 'base', author: 'test' });
    for (const path of ['/a', '/b']) await root.writeFile(path, Buffer.from('staged'));
    const transaction = await pond.begin();
    const other = await transaction.fs.root();
    for (const path of ['/a', '/b']) await other.writeFile(path, Buffer.from('committed'));
    await transaction.commit({ message: 'run', author: 'test' });

    const { conflicts } = await pond.status();
    assert.deepEqual(
      conflicts.map(({ path }) => path),
      ['/a', '/b'],
    );
    await assert.rejects(pond.commit({ message: 'mine', author: 'test' }), { code: 'conflict' });
    assert.equal(Buffer.from(await root.readFile('/b')).toString(), 'staged');
    await pond.discard(['/a']);
    await pond.keepStaged(['/b']);
    assert.deepEqual((await pond.status()).conflicts, []);
    await pond.commit({ message: 'mine', author: 'test' });
    assert.equal(Buffer.from(await root.readFile('/a')).toString(), 'committed');
    assert.equal(Buffer.from(await root.readFile('/b')).toString(), 'staged');
    assert.equal((await root.get('/b'))?.node.version, 3);
    await pond.close();
  });
});

describe('the leftovers of a dead writer', () => {
  it('are removed when the next one opens the pond, never before it holds the lock, and blobs are kept', async () => {
    const working = createMemoryDisk();
    const writer = await initPondOn(working, 'memory');
    const large = randomBytes(100_000);
    await (await writer.fs.root()).writeFile('/large', large);
    const disk = createMemoryDisk(imageOf(working));
    await writer.close();
    const strays = ['_pond/blobs/.tmp-1', '_pond/runs/.tmp-5', '_pond/spool-1', '_pond/.tmp-2', '_delta_log/.tmp-3'];
    const kept = ['_pond/tmp', '_delta_log/_commit_1.json.tmp', '.tmp-4'];
    disk.makeDirectory('_pond/runs');
    for (const path of [...strays, ...kept]) disk.create(path).close();
    const present = (paths: readonly string[]): readonly string[] =>
      paths.filter((path) => disk.stat(path) !== undefined);

    await (await openPondOn(disk, 'memory', { mode: 'read' })).close();
    overwrite(disk, '_pond/lock.2', bytesOf('{"id":"x","pid":7,"host":"elsewhere"}'));
    await assert.rejects(openPondOn(disk, 'memory', { mode: 'write' }), { code: 'lock-held' });
    assert.deepEqual(present(strays), strays);
    disk.remove('_pond/lock.2');
    endLockHolders(disk);
    const again = await openPondOn(disk, 'memory', { mode: 'write' });
    assert.deepEqual([present(strays), present(kept)], [[], kept]);
    assert.deepEqual(Buffer.from(await (await again.fs.root()).readFile('/large')), large);
    await again.close();
  });

  it('are removed from the table: data files of commits that were not published, and no other', async () => {
    const disk = createMemoryDisk();
    const writer = await initPondOn(disk, 'memory');
    const commit = async (text: string): Promise<DiskImage> => {
      await (await writer.fs.root()).writeFile('/a', bytesOf(text));
      await writer.commit({ message: text, author: 'test' });
      return imageOf(disk);
    };
    const killed = await commit('first');
    const later = await commit('second');
    await writer.close();
    const isData = ([path]: readonly [string, Uint8Array]): boolean => path.endsWith('.parquet');
    const data = [...later.files].filter(isData);
    const unpublished = data.filter(([path]) => ![...killed.files].some(([known]) => known === path));
    assert.equal(unpublished.length, 1);
    const removed: readonly [string, Uint8Array] = ['00000000-0000-4000-8000-000000000001.parquet', data[0]![1]];
    const cut: readonly [string, Uint8Array] = [
      '00000000-0000-4000-8000-000000000002.parquet',
      unpublished[0]![1].slice(9),
    ];
    const others = [removed, cut, ['part-0000.parquet', unpublished[0]![1]] as const];
    for (const isReleased of [true, false]) {
      const place = createMemoryDisk({ ...killed, files: [...killed.files, ...unpublished, ...others] });
      endLockHolders(place);
      if (isReleased) overwrite(place, '_pond/lock.1', bytesOf('{"free":true}'));
      await (await openPondOn(place, 'memory', { mode: 'write' })).close();
      const expected = [...killed.files, ...(isReleased ? unpublished : []), ...others].filter(isData);
      assert.deepEqual(
        [...imageOf(place).files]
          .filter(isData)
          .map(([path]) => path)
          .sort(),
        expected.map(([path]) => path).sort(),
      );
    }
  });
});

describe('events of a pond', () => {
  it('describe the changes of a path in the order in which a watcher sees them', async () => {
    const pond = await initPondOn(createMemoryDisk(), 'memory');
    const root = await pond.fs.root();
    await root.writeFile('/a', Buffer.from('1'));
    await pond.commit({ message: 'base', author: 'test' });
    const seen: string[] = [];
    pond.onEvent((event) => {
      if (event.kind === 'changed') seen.push(...event.changes.map(({ kind, path }) => `${kind} ${path}`));
    });
    await root.writeFile('/a', Buffer.from('2'));
    await root.remove('/a');
    await root.writeFile('/a', Buffer.from('3'));
    await root.rename('/a', '/b');
    await assert.rejects(
      pond.fs.backend.batch(async () => {
        await root.writeFile('/c', Buffer.from('4'));
        throw new Error('stopped');
      }),
      /stopped/,
    );
    assert.deepEqual(seen, ['changed /a', 'deleted /a', 'created /a', 'created /b', 'deleted /a']);
    await pond.close();
  });
});

async function stagedHashes(pond: Pond): Promise<(string | undefined)[][]> {
  const { staged } = await pond.status();
  return staged.map(({ kind, path, after }) => [kind, path, after?.sha256]);
}
