/** A repair: each damaged or missing file is restored from a copy, and without one it is named and nothing is changed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { readCommit } from '../../server/src/delta/log.ts';
import { checkpointFile, hintFile } from '../../server/src/delta/logPaths.ts';
import { copyOnDisk, type PondCopy } from '../../server/src/pond/pondCopy.ts';
import { type RepairReport, type RestoredFile } from '../../server/src/pond/findings.ts';
import { repairPond } from '../../server/src/pond/repair.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { nameOf } from '../../server/src/storage/diskPath.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { checkedPond } from '../support/checkedPond.ts';
import { imageOf } from '../support/diskImage.ts';
import { openPondOn, storageOn } from '../support/pond.ts';
import { endLockHolders, overwrite, pondState } from '../support/pondState.ts';
import { seeds } from '../support/proof.ts';
import { SimDisk } from '../support/simDisk.ts';

const { image } = await checkedPond(5);

const copyOf = (files: DiskImage, directory = '/copy'): PondCopy => copyOnDisk(directory, createMemoryDisk(files));

const repair = (disk: Disk, ...copies: readonly PondCopy[]): Promise<RepairReport> =>
  repairPond(storageOn(disk, 'damaged'), { copies });

/** Files whose content is known by a hash that another file of the pond has. */
const hashed = [...image.files]
  .map(([path]) => path)
  .filter((path) => /parquet$|blobs/.test(path) && !path.startsWith('_delta_log'));

const checkpoint = checkpointFile(commitNumber(5));
const entries = [...image.files].map(([path]) => path).filter((path) => /^_delta_log.*json$/.test(path));

/** Everything on a disk but locks, by path. */
function filesOf(disk: Disk): ReadonlyMap<string, string> {
  const files = [...imageOf(disk).files].filter(([path]) => !path.startsWith('_pond/lock.'));
  return new Map(files.map(([path, bytes]) => [path, Buffer.from(bytes).toString('base64')]));
}

const intact = filesOf(createMemoryDisk(image));

const damages: Readonly<Record<string, (disk: Disk, path: string) => void>> = {
  removed: (disk, path) => disk.remove(path),
  cut: (disk, path) => overwrite(disk, path, disk.readFile(path)!.subarray(0, -20)),
  'with another byte': (disk, path) => {
    const bytes = disk.readFile(path)!;
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    overwrite(disk, path, bytes);
  },
  emptied: (disk, path) => overwrite(disk, path, new Uint8Array()),
};

const kinds = Object.entries(damages);

/** Checks that a disk is as before the damage, but for the damaged bytes, which are kept. */
function assertRestored(
  disk: Disk,
  { from, quarantined }: RestoredFile,
  damaged: string | undefined,
  before = intact,
): void {
  const files = new Map(filesOf(disk));
  assert.equal(from, '/copy');
  assert.equal(quarantined === undefined ? undefined : files.get(quarantined), damaged, 'the damaged bytes are kept');
  files.delete(quarantined ?? '');
  assert.deepEqual(files, before);
}

describe('a repair', () => {
  it('leaves a sound pond as it is', async () => {
    const disk = createMemoryDisk(image);
    assert.deepEqual(await repair(disk, copyOf(image)), { restored: [], refused: [], problems: [] });
    assert.deepEqual(filesOf(disk), intact);
  });

  for (const seed of seeds(1)) {
    for (const [index, path] of hashed.entries()) {
      const [what, damage] = kinds[(index + seed) % kinds.length]!;

      it(`restores file ${index} that was ${what}, or says what is missing: seed ${seed}`, async () => {
        const disk = createMemoryDisk(image);
        damage(disk, path);
        const damaged = filesOf(disk);
        const without = await repair(disk, copyOf(imageOf(disk)));
        assert.equal(without.restored.length, 0);
        assert.ok(
          without.problems.some((problem) => problem.includes(nameOf(path))),
          without.problems.join(),
        );
        assert.deepEqual(filesOf(disk), damaged, 'nothing was changed');
        const { restored, problems } = await repair(disk, copyOf(image));
        assert.deepEqual([problems, restored.map((file) => file.path)], [[], [path]]);
        assertRestored(disk, restored[0]!, damaged.get(path));
      });
    }
  }
});

describe('a repair of the log', () => {
  it('rebuilds no entry from a data file that is altered too', async () => {
    const [path = ''] = entries.filter((name) => name.endsWith('3.json'));
    const disk = createMemoryDisk(image);
    for (const name of [hintFile, checkpoint]) disk.remove(name);
    const [add] = readCommit(disk, commitNumber(3))!.adds;
    const bytes = disk.readFile(add!.path)!;
    for (let offset = 20; offset < bytes.length; offset += Math.ceil(bytes.length / 12)) {
      const damaged = createMemoryDisk(imageOf(disk));
      damaged.remove(path);
      overwrite(damaged, add!.path, bytes.with(offset, bytes[offset]! ^ 1));
      const { restored } = await repair(damaged);
      assert.deepEqual(restored, [], `byte ${offset}`);
    }
  });

  for (const [index, path] of entries.entries()) {
    const [what, damage] = kinds[index % kinds.length]!;

    it(`restores log entry ${nameOf(path).slice(-6, -5)} that was ${what}, from a copy or its data file`, async () => {
      const disk = createMemoryDisk(image);
      // The first entries of a log are dispensable where there is a checkpoint.
      for (const name of [hintFile, checkpoint]) disk.remove(name);
      const before = filesOf(disk);
      damage(disk, path);
      const damaged = filesOf(disk);
      const alone = createMemoryDisk(imageOf(disk));
      const rebuilt = await repair(alone, copyOf(imageOf(disk)));
      if (path.endsWith('0.json')) {
        // Without a checkpoint, nothing else has the id of the pond.
        assert.deepEqual([rebuilt.restored, rebuilt.problems.length > 0], [[], true]);
        assert.deepEqual(filesOf(alone), damaged, 'nothing was changed');
      } else {
        assert.deepEqual([rebuilt.problems, rebuilt.restored.map((file) => file.path)], [[], [path]]);
        assertRestored(alone, { ...rebuilt.restored[0]!, from: '/copy' }, damaged.get(path), before);
      }
      const { restored, problems } = await repair(disk, copyOf(image));
      assert.deepEqual([problems, restored.map((file) => file.path)], [[], [path]]);
      assertRestored(disk, restored[0]!, damaged.get(path), before);
    });
  }

  it('takes no log entry of another history', async () => {
    const disk = createMemoryDisk(image);
    const other = createMemoryDisk((await checkedPond(5)).image);
    const path = entries.find((name) => name.endsWith('4.json'))!;
    const [add] = readCommit(disk, commitNumber(4))!.adds;
    disk.remove(path);
    const alone = createMemoryDisk(imageOf(disk));
    const rebuilt = await repair(alone, copyOnDisk('/other', other));
    assert.deepEqual(rebuilt.restored, [{ path, from: undefined, quarantined: undefined }]);
    assert.deepEqual(filesOf(alone), intact, 'its own data file has the entry');

    disk.remove(add!.path);
    const damaged = filesOf(disk);
    const { restored, problems } = await repair(disk, copyOnDisk('/other', other));
    assert.deepEqual([restored, problems.length > 0], [[], true]);
    assert.deepEqual(filesOf(disk), damaged);
  });

  it('writes a damaged checkpoint again from the log', async () => {
    const disk = createMemoryDisk(image);
    damages['with another byte']!(disk, checkpoint);
    const damaged = filesOf(disk).get(checkpoint);
    const { restored, problems } = await repair(disk);
    assert.deepEqual([problems, restored.map(({ path, from }) => [path, from])], [[], [[checkpoint, undefined]]]);
    assert.equal(filesOf(disk).get(restored[0]!.quarantined!), damaged);
  });
});

describe('a repair from copies', () => {
  it('restores what many copies have in part, and blobs that only restored data files name', async () => {
    const disk = createMemoryDisk(image);
    const parts: [string, Uint8Array][][] = [[], [], []];
    const files = new Map(image.files);
    for (const [index, path] of hashed.entries()) {
      disk.remove(path);
      parts[index % 3]!.push([path, files.get(path)!]);
    }
    const copies = parts.map((part, index) => copyOf({ directories: [], files: part }, `/copy ${index}`));
    const { restored, problems } = await repair(disk, ...copies);
    assert.deepEqual([problems, restored.length], [[], hashed.length]);
    assert.deepEqual(filesOf(disk), intact);
  });

  it('takes nothing from a copy that is altered, and says so', async () => {
    const disk = createMemoryDisk(image);
    const other = createMemoryDisk(image);
    disk.remove(hashed[0]!);
    damages['with another byte']!(other, hashed[0]!);
    const { restored, refused } = await repair(disk, copyOnDisk('/altered', other), copyOf(image));
    assert.deepEqual(
      [restored.map(({ from }) => from), refused],
      [['/copy'], [`/altered/${hashed[0]} has other content`]],
    );
  });

  for (const seed of seeds(1)) {
    it(`leaves the pond no worse when it is interrupted, and completes when it is repeated: seed ${seed}`, async () => {
      const disk = createMemoryDisk(image);
      const blob = hashed.find((path) => path.startsWith('_pond'))!;
      const data = hashed.find((path) => !path.startsWith('_pond'))!;
      const changed = [blob, data, entries[3]!, checkpoint];
      damages['with another byte']!(disk, blob);
      damages['removed']!(disk, data);
      damages['emptied']!(disk, entries[3]!);
      damages['with another byte']!(disk, checkpoint);
      const damaged = filesOf(disk);
      const sim = new SimDisk(imageOf(disk));
      assert.deepEqual((await repair(sim.disk, copyOf(image))).problems, []);
      const choice = { mode: 'sample', seed, pointsMax: 3, randomStates: 0 } as const;
      const count = await sim.checkCrashes(choice, async ({ open }) => {
        const left = open();
        endLockHolders(left);
        const files = filesOf(left);
        for (const [path, bytes] of damaged) {
          if (changed.includes(path) || path === hintFile) continue;
          assert.equal(files.get(path), bytes, `${path} is as it was`);
        }
        for (const path of [blob, data, entries[3]!]) {
          assert.ok([damaged.get(path), intact.get(path)].includes(files.get(path)), `${path} is whole`);
        }
        assert.deepEqual((await repair(left, copyOf(image))).problems, []);
        for (const path of [blob, data, entries[3]!]) assert.equal(filesOf(left).get(path), intact.get(path));
      });
      assert.ok(count > 4, `${count} states`);
    });
  }

  it('is refused while another process writes the pond', async () => {
    const disk = createMemoryDisk(image);
    const pond = await openPondOn(disk, 'damaged', { mode: 'write' });
    await assert.rejects(repair(disk), (error) => isPondError(error, 'lock-held'));
    await pond.close();
    const before = await openPondOn(disk, 'damaged', { mode: 'read' });
    assert.deepEqual((await repair(disk)).problems, []);
    const after = await openPondOn(disk, 'damaged', { mode: 'read' });
    assert.deepEqual(await pondState(after), await pondState(before));
  });
});
