/** A copy of a pond from a store: whole, verified, and at every instant no pond or an older one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { commitFile } from '../../server/src/delta/logPaths.ts';
import { readReplica, replicaPath } from '../../server/src/pond/replica.ts';
import { clonePond, type CloneReport } from '../../server/src/replica/clone.ts';
import { type CloneRequest } from '../../server/src/replica/cloneRequest.ts';
import { FileStore } from '../../server/src/remote/fileStore.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { checkedPond } from '../support/checkedPond.ts';
import { imageOf } from '../support/diskImage.ts';
import { openPondOn, storageOn } from '../support/pond.ts';
import { endLockHolders, overwrite, pondState } from '../support/pondState.ts';
import { bytesOf } from '../support/tree.ts';

const { image, blobHash } = await checkedPond(7);

/** The pond as a store has it: without its working files. */
const remote: DiskImage = {
  directories: [],
  files: [...image.files].filter(([path]) => !path.startsWith('_pond/') || path.startsWith('_pond/blobs/')),
};

const options: CloneRequest = { url: 'file:///store', isThin: false };

function clone(disk: Disk, from: Disk, request: Partial<CloneRequest> = {}): Promise<CloneReport> {
  return clonePond(new FileStore(from, { address: options.url, prefix: '' }), storageOn(disk, 'clone'), {
    ...options,
    ...request,
  });
}

/** The committed state of a pond on a disk. */
async function stateOf(disk: Disk): Promise<unknown> {
  const pond = await openPondOn(disk, 'seen', { mode: 'read' });
  try {
    assert.deepEqual(pond.notices, [], 'nothing is to be said of the folder');
    // The wide directory is the same from commit 4 on.
    return (await pondState(pond, (number) => number < 4 || number === 7)).commits;
  } finally {
    await pond.close();
  }
}

const source = (): Disk => createMemoryDisk(remote);
const expected = await stateOf(source());

describe('a copy of a pond', () => {
  it('has every commit and content, is sound, and says what it is', async () => {
    const disk = createMemoryDisk();
    const report = await clone(disk, source());
    assert.deepEqual([report.head.number, report.commits, report.unverifiedCommits, report.skippedFiles], [7, 8, 0, 0]);
    assert.deepEqual(await stateOf(disk), expected);
    const pond = await openPondOn(disk, 'clone', { mode: 'write' });
    assert.deepEqual((await pond.checkHistory()).problems, []);
    assert.deepEqual(pond.notices, []);
    const { replica } = await pond.status();
    assert.deepEqual(
      [replica?.of, replica?.url, replica?.at, replica?.isPartial],
      [pond.id, options.url, undefined, false],
    );
    await pond.close();
  });

  it('has the log entries and data files of the store, byte for byte', async () => {
    const disk = createMemoryDisk();
    await clone(disk, source());
    for (const [path, bytes] of remote.files) {
      if (/checkpoint/.test(path)) continue;
      assert.ok(path === stagedBlob(disk) || Buffer.compare(disk.readFile(path)!, bytes) === 0, path);
    }
  });

  it('without contents has the whole tree, and fails for one content alone', async () => {
    const disk = createMemoryDisk();
    const { absentBlobs, absentBytes } = await clone(disk, source(), { isThin: true });
    assert.deepEqual([absentBlobs, absentBytes], [1, 90_000]);
    const pond = await openPondOn(disk, 'thin', { mode: 'read' });
    const root = await (await pond.at('1')).root();
    assert.equal(Buffer.from(await root.readFile('/a')).toString(), 'one');
    await assert.rejects(root.readFile('/large'), (error) => isPondError(error, 'pond-damaged'));
    await pond.close();
  });

  it('of a version ends there, and is read-only', async () => {
    for (const [at, number] of [
      ['3', 3],
      ['HEAD~2', 5],
    ] as const) {
      const disk = createMemoryDisk();
      assert.equal((await clone(disk, source(), { at })).head.number, number);
      assert.equal(disk.stat(commitFile(commitNumber(number + 1))), undefined);
      await assert.rejects(openPondOn(disk, 'old', { mode: 'write' }), (error) => {
        assert.ok(isPondError(error, 'read-only'));
        assert.match(error.message, new RegExp(`version ${number} of the pond at file:///store`));
        return true;
      });
      const pond = await openPondOn(disk, 'old', { mode: 'read' });
      assert.equal((await pond.status()).replica?.at, number);
      await pond.close();
    }
  });

  it('made again fetches nothing, and follows the store', async () => {
    const disk = createMemoryDisk();
    const older = createMemoryDisk({
      directories: [],
      files: [...remote.files].filter(([path]) => path !== commitFile(commitNumber(7))),
    });
    assert.equal((await clone(disk, older)).head.number, 6);
    assert.equal((await clone(disk, older)).fetchedFiles, 0);
    assert.equal((await clone(disk, source())).fetchedFiles, 1);
    assert.deepEqual(await stateOf(disk), expected);
  });
});

/** The staged blob of the source, which is not part of any commit. */
function stagedBlob(disk: Disk): string | undefined {
  return [...remote.files].map(([path]) => path).find((path) => path.startsWith('_pond/blobs') && !disk.stat(path));
}

describe('a copy is refused', () => {
  const refuses = async (disk: Disk, code: 'already-exists' | 'remote-diverged', request?: Partial<CloneRequest>) => {
    const before = imageOf(disk);
    await assert.rejects(clone(disk, source(), request), (error) => isPondError(error, code));
    const files = (image: DiskImage): unknown => [...image.files].filter(([path]) => !path.startsWith('_pond/lock.'));
    assert.deepEqual(files(imageOf(disk)), files(before), 'nothing was changed');
  };

  it('into a folder with a pond or other files', async () => {
    await refuses(createMemoryDisk(image), 'already-exists');
    await refuses(createMemoryDisk({ directories: [], files: [['notes.txt', bytesOf('mine')]] }), 'already-exists');
    await refuses(createMemoryDisk({ directories: [], files: [['_pond/journal', bytesOf('')]] }), 'already-exists');
  });

  it('into a copy of another pond, of another version, or without contents', async () => {
    const disk = createMemoryDisk();
    await clone(disk, source());
    await refuses(disk, 'already-exists', { at: '7' });
    await refuses(disk, 'already-exists', { isThin: true });
    const other = createMemoryDisk();
    await clone(other, createMemoryDisk((await checkedPond(5)).image));
    await refuses(other, 'remote-diverged');
  });

  it('where the folder has a commit that the store lacks', async () => {
    const disk = createMemoryDisk();
    await clone(disk, source());
    const pond = await openPondOn(disk, 'clone', { mode: 'write' });
    await (await pond.fs.root()).writeFile('/mine', bytesOf('mine'));
    await pond.commit({ message: 'mine', author: 'test' });
    await pond.close();
    await refuses(disk, 'remote-diverged');
  });

  it('of a store without a pond, and leaves no folder', async () => {
    const disk = createMemoryDisk();
    await assert.rejects(clone(disk, createMemoryDisk()), (error) => isPondError(error, 'pond-not-found'));
    assert.deepEqual([...imageOf(disk).files], []);
  });
});

describe('damage on the store', () => {
  const damages: Readonly<Record<string, (disk: Disk) => string>> = {
    'a gap in the log': (disk) => {
      disk.remove(commitFile(commitNumber(4)));
      return '--at 3';
    },
    'a missing content': (disk) => {
      disk.remove(`_pond/blobs/${blobHash.slice(0, 2)}/${blobHash}`);
      return blobHash;
    },
    'an altered content': (disk) => {
      const path = `_pond/blobs/${blobHash.slice(0, 2)}/${blobHash}`;
      const bytes = disk.readFile(path)!;
      overwrite(disk, path, bytes.with(500, bytes[500]! ^ 1));
      return blobHash;
    },
    'a missing data file': (disk) => {
      const [path = ''] = disk.list('').filter((name) => name.endsWith('.parquet'));
      disk.remove(path);
      return path;
    },
  };
  for (const [what, damage] of Object.entries(damages)) {
    it(`is named, and leaves no pond: ${what}`, async () => {
      const [disk, from] = [createMemoryDisk(), source()];
      const named = damage(from);
      await assert.rejects(clone(disk, from), (error) => {
        assert.ok(isPondError(error, 'remote-damaged'), String(error));
        assert.ok(`${error.message} ${error.hint}`.includes(named), error.message);
        return true;
      });
      assert.equal(disk.stat('_delta_log'), undefined);
      endLockHolders(disk);
      await clone(disk, source());
      assert.deepEqual(await stateOf(disk), expected);
    });
  }
});

describe('the mark of a copy', () => {
  for (const text of ['', '[]', '{"of":1}', '{"of":"a","url":"b","at":-1}', '\u0000']) {
    it(`that anybody wrote stops no reader: ${JSON.stringify(text)}`, async () => {
      const disk = createMemoryDisk(image);
      overwrite(disk, replicaPath, bytesOf(text));
      const pond = await openPondOn(disk, 'marked', { mode: 'read' });
      assert.equal(pond.notices.length, 1);
      assert.equal((await pond.status()).replica, undefined);
      await pond.close();
      await assert.rejects(openPondOn(disk, 'marked', { mode: 'write' }), (error) =>
        isPondError(error, 'pond-damaged'),
      );
    });
  }

  it('of an incomplete copy is said at every opening, and keeps writers away', async () => {
    const disk = createMemoryDisk();
    await clone(disk, source());
    const replica = readReplica(disk)!;
    overwrite(disk, replicaPath, bytesOf(JSON.stringify({ ...replica, partial: true })));
    const pond = await openPondOn(disk, 'partial', { mode: 'read' });
    assert.match(pond.notices.join(), /not complete: run the same 'pond clone' again/);
    await pond.close();
    await assert.rejects(openPondOn(disk, 'partial', { mode: 'write' }), (error) => isPondError(error, 'read-only'));
  });
});
