/** A copy that is brought up to date: what it costs, what it finds, and what is left when it is stopped. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { nextCommit } from '../../server/src/delta/commitNumber.ts';
import { latestVersion } from '../../server/src/delta/log.ts';
import { followedOrigin } from '../../server/src/pond/replica.ts';
import { type ObjectStore } from '../../server/src/remote/objectStore.ts';
import { updateClone } from '../../server/src/replica/updateClone.ts';
import { type OpenPond } from '../../server/src/pond/openPond.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { asStored, cloneOnto, soundCommits, storeOn } from '../support/clonedPond.ts';
import { imageOf } from '../support/diskImage.ts';
import { faultKinds, forEachFault } from '../support/faultDisk.ts';
import { initPondOn, openPondOn, storageOn } from '../support/pond.ts';
import { endLockHolders, overwrite } from '../support/pondState.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { bytesOf, parquetOf } from '../support/tree.ts';

const update = (disk: Disk, store: ObjectStore): Promise<boolean> => updateClone(store, storageOn(disk, 'clone'));

const commit = (pond: OpenPond, message: string): Promise<unknown> => pond.commit({ message, author: 'test' });

/** A pond of some age, as a store has it: each commit changes one of the files, which are always the same ones. */
async function agedPond(age: number): Promise<{ readonly image: DiskImage; readonly next: DiskImage }> {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'stored');
  const root = await pond.fs.root();
  await root.createDirectory('/d');
  await root.createFile('/d/s', parquetOf('one'), { type: 'series' });
  for (let number = 0; number < age; number++) {
    await root.writeFile('/d/a', bytesOf(`${number}`));
    await commit(pond, `${number}`);
  }
  const image = asStored(imageOf(disk));
  await root.writeFile('/d/a', bytesOf('next'));
  await root.writeFile('/d/s', parquetOf('two'));
  await root.writeFile('/d/large', bytesOf('large '.repeat(12_000)));
  await commit(pond, 'next');
  await root.rename('/d', '/e');
  await commit(pond, 'renamed');
  await pond.close();
  return { image, next: asStored(imageOf(disk)) };
}

/** A disk that notes the data files of which it reads anything, each once. */
function notingDisk(disk: Disk): { readonly disk: Disk; readonly read: Set<string> } {
  const read = new Set<string>();
  const note = (path: string): string => {
    if (/^[^/]+\.parquet$/.test(path)) read.add(path);
    return path;
  };
  const noting: Disk = {
    ...disk,
    readFile: (path) => disk.readFile(note(path)),
    readRange: (path, start, end) => disk.readRange(note(path), start, end),
    readStream: (path, ...range) => disk.readStream(note(path), ...range),
  };
  return { disk: noting, read };
}

/** A complete thin copy of a pond at a store. */
async function copyOf(image: DiskImage): Promise<Disk> {
  const disk = createMemoryDisk();
  await cloneOnto(disk, storeOn(createMemoryDisk(image)), { isThin: true });
  return disk;
}

const { image, next } = await agedPond(3);
const expected = await soundCommits(createMemoryDisk(next));
const copied = imageOf(await copyOf(image));
const before = new Map(image.files);
const created = [...next.files].filter(([path]) => !before.has(path));

/** Commits in a copy, whose contents are read from the store. */
async function commitsIn(disk: Disk, store: Disk): Promise<readonly unknown[]> {
  const { files } = imageOf(disk);
  const contents = [...imageOf(store).files].filter(([path]) => path.startsWith('_pond/blobs/'));
  const whole = createMemoryDisk({ directories: [], files: [...files, ...contents] });
  return await soundCommits(whole);
}

describe('a copy that is brought up to date', () => {
  it('is the same as one that is made again, and reads as many files of an old pond as of a young one', async () => {
    const counts: number[] = [];
    for (const age of [3, 30]) {
      const aged = await agedPond(age);
      const { disk, read } = notingDisk(await copyOf(aged.image));
      read.clear();
      const store = createMemoryDisk(aged.next);
      assert.equal(await update(disk, storeOn(store)), true);
      const pond = await openPondOn(disk, 'clone', { mode: 'read' });
      assert.equal(pond.head.number, age + 2);
      await pond.close();
      counts.push(read.size);
      if (age === 3) assert.deepEqual(await commitsIn(disk, store), await soundCommits(createMemoryDisk(aged.next)));
    }
    assert.equal(counts[0], counts[1]);
  });

  it('is left to a whole copy before the first copy, or after other engines wrote', async () => {
    const store = createMemoryDisk(next);
    assert.equal(await update(createMemoryDisk(), storeOn(store)), false);
    const whole = createMemoryDisk();
    await cloneOnto(whole, storeOn(createMemoryDisk(image)));
    assert.equal(await update(whole, storeOn(store)), false);
    const entry = '_delta_log/00000000000000000006.json';
    overwrite(store, entry, bytesOf('{"commitInfo":{"operation":"OPTIMIZE","engineInfo":"other"}}\n'));
    const disk = createMemoryDisk(copied);
    assert.equal(await update(disk, storeOn(store)), false);
    assert.equal(disk.stat('_delta_log/00000000000000000004.json'), undefined);
  });

  it('finds an altered byte of what is new, or it makes no difference', async () => {
    const names = created.filter(([path]) => !path.includes('checkpoint') && !path.startsWith('_pond/'));
    assert.equal(names.length, 4);
    let found = 0;
    for (const seed of seeds(24)) {
      const random = randomOf(seed);
      const [path, bytes] = names[random(names.length)]!;
      const changed = bytes.slice();
      const offset = random(bytes.length);
      changed[offset]! ^= 1 + random(255);
      const remote = createMemoryDisk(next);
      overwrite(remote, path, changed);
      const disk = createMemoryDisk(copied);
      const outcome: unknown = await update(disk, storeOn(remote)).catch((error: unknown) => error);
      const what: string = `seed ${seed}: ${path}[${offset}]: ${String(outcome)}`;
      if (outcome === true) {
        assert.deepEqual(await commitsIn(disk, remote), expected, what);
      } else {
        // Without an update, a whole copy finds it.
        const isFound =
          outcome === false ||
          isPondError(outcome, 'remote-damaged') ||
          isPondError(outcome, 'pond-damaged') ||
          isPondError(outcome, 'pond-too-new');
        assert.ok(isFound, what);
        assert.equal(disk.stat('_delta_log/00000000000000000004.json'), undefined, what);
        found++;
      }
    }
    assert.ok(found > 0);
  });

  it('finds rows of the past that the folder lost', async () => {
    const disk = createMemoryDisk(copied);
    for (const name of disk.list('').filter((one) => one.endsWith('.parquet'))) disk.remove(name);
    await assert.rejects(update(disk, storeOn(createMemoryDisk(next))), (error) => isPondError(error, 'pond-damaged'));
  });

  it('leaves an older pond or the whole when the disk fails at any call, and goes on', async () => {
    const store = createMemoryDisk(next);
    const dead = faultKinds.find(({ name }) => name === 'dead disk')!;
    const lengths = new Set<number>();
    let number = 0;
    await forEachFault(dead, 'changes', async (faults) => {
      const disk = createMemoryDisk(copied);
      await update(faults.wrap(disk), storeOn(store)).catch((error: unknown) => assert.ok(isPondError(error)));
      if (number++ % 5 !== 0 && seeds(1).length === 1) return;
      endLockHolders(disk);
      const left = await commitsIn(disk, store);
      assert.deepEqual(left, expected.slice(0, left.length));
      lengths.add(left.length);
      // None of the fetched commits counts as its own; the next one would.
      const latest = latestVersion(disk)!;
      assert.ok(followedOrigin(disk, latest));
      if (left.length === expected.length) assert.equal(followedOrigin(disk, nextCommit(latest)), undefined);
      assert.equal(await update(disk, storeOn(store)), true);
      assert.deepEqual(await commitsIn(disk, store), expected);
    });
    assert.ok(lengths.has(expected.length) && lengths.has(expected.length - 2), [...lengths].join());
  });
});
