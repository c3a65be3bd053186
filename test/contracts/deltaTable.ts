import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { isPondError } from '../../server/src/base/error.ts';
import { checkpointDue, writeCheckpoint } from '../../server/src/delta/checkpoint.ts';
import { commitVersion } from '../../server/src/delta/commit.ts';
import { latestVersion } from '../../server/src/delta/log.ts';
import { checkpointFile, commitFile, hintFile } from '../../server/src/delta/logPaths.ts';
import { LazyTable, refreshTable } from '../../server/src/delta/lazyTable.ts';
import { openTable, snapshotAt } from '../../server/src/delta/snapshot.ts';
import { applyCommit } from '../../server/src/delta/tableState.ts';
import { type DeltaSnapshot } from '../../server/src/delta/deltaSnapshot.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { replaceFile } from '../../server/src/storage/durable.ts';
import {
  addOf,
  addWithoutStats,
  commit,
  contentOf,
  createTable,
  grow,
  makeTable,
  openLatest as open,
} from '../support/deltaTable.ts';
import { type DiskUnderTest } from './disk.ts';

/** Registers the tests of reading and committing a Delta table. `make` is called once for each test. */
export function testDeltaContract(title: string, make: () => DiskUnderTest): void {
  const check = (name: string, run: (disk: Disk) => void | Promise<void>) =>
    void it(name, async (test) => {
      const { disk, dispose } = make();
      test.after(dispose);
      await run(disk);
    });
  describe(title, () => {
    describe('opening', () => testOpening(check));
    describe('committing', () => testCommitting(check));
    describe('checkpoints', () => testCheckpoints(check));
  });
}

type Check = (name: string, run: (disk: Disk) => void | Promise<void>) => void;

function testOpening(check: Check): void {
  check('a protocol that cannot be read is named with the operation that brought it', async (disk) => {
    makeTable(disk);
    const commitInfo = { txnId: 'x', operation: 'SET TBLPROPERTIES', engineInfo: 'Apache-Spark/3.5.1' };
    const protocol = { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ['columnMapping'] };
    commit(disk, 1, { commitInfo, protocol });
    await assert.rejects(openTable(disk), {
      code: 'pond-too-new',
      message: /reader version 3, columnMapping since SET TBLPROPERTIES by Apache-Spark\/3\.5\.1/,
    });
  });
  check('a checkpoint with missing parts is named when the log before it is gone', async (disk) => {
    makeTable(disk);
    for (const version of [1, 2]) commit(disk, version, {});
    replaceFile(
      disk,
      checkpointFile(commitNumber(1)).replace('.parquet', '.0000000001.0000000002.parquet'),
      new Uint8Array(9),
    );
    for (const version of [0, 1]) disk.remove(commitFile(commitNumber(version)));
    await assert.rejects(openTable(disk), {
      code: 'pond-damaged',
      message: /commit 0 is missing .* 0+1\.checkpoint\.0+1\.0+2\.parquet cannot be read/,
    });
  });
  check('a directory without a log is not a table', async (disk) => {
    assert.equal(await openTable(disk), undefined);
    disk.makeDirectory('_delta_log');
    assert.equal(await openTable(disk), undefined);
  });

  check('a new table has version 0, protocol (1,2) and no files', async (disk) => {
    makeTable(disk, { 'delta.appendOnly': 'true' });
    const snapshot = await open(disk);
    assert.equal(snapshot.version, 0);
    assert.deepEqual(snapshot.protocol, { minReaderVersion: 1, minWriterVersion: 2 });
    assert.deepEqual(snapshot.metaData.configuration, { 'delta.appendOnly': 'true' });
    assert.deepEqual(pathsOf(snapshot), []);
  });

  check('every version keeps its files and transactions', async (disk) => {
    makeTable(disk);
    commit(disk, 1, { adds: [addOf('a'), addOf('b')], txns: [{ appId: 'app', version: 1 }] });
    commit(disk, 2, { adds: [addOf('c')], removes: [{ path: 'a', dataChange: false }] });
    commit(disk, 3, { adds: [addOf('a')], txns: [{ appId: 'app', version: 2 }] });
    const expected = [[], ['a', 'b'], ['b', 'c'], ['a', 'b', 'c']];
    for (const [version, paths] of expected.entries()) {
      assert.deepEqual(pathsOf(await snapshotAt(disk, commitNumber(version))), paths);
    }
    const newest = await open(disk);
    assert.equal(newest.transactions.get('app')?.version, 2);
    assert.equal(newest.files.get('a')?.addedVersion, 3);
    assert.equal(newest.files.get('b')?.addedVersion, 1);
    assert.equal(newest.tombstones.size, 0);
  });

  check('a version that does not exist is not found', async (disk) => {
    makeTable(disk);
    await assert.rejects(snapshotAt(disk, commitNumber(5)), (error) => isPondError(error, 'version-not-found'));
  });

  check('a refresh without new commits returns the same snapshot; else one with the commits since', async (disk) => {
    makeTable(disk);
    const first = await open(disk);
    const table = LazyTable.of(disk, first);
    assert.equal(refreshTable(disk, table), table);
    commit(disk, 1, { adds: [addOf('a')] });
    commit(disk, 2, { adds: [addOf('b')] });
    const later = await refreshTable(disk, table).snapshot();
    assert.deepEqual([later.version, pathsOf(later)], [2, ['a', 'b']]);
    assert.deepEqual([first.version, pathsOf(first)], [0, []]);
  });

  check('paths are decoded once, and a removal in the same encoding finds its file', async (disk) => {
    makeTable(disk);
    commit(disk, 1, { adds: [addOf('p=a%253Ab/%C3%A4.parquet'), addOf('plain')] });
    assert.deepEqual(pathsOf(await open(disk)), ['p=a%3Ab/ä.parquet', 'plain']);
    commit(disk, 2, { removes: [{ path: 'p=a%253Ab/%C3%A4.parquet', dataChange: true }] });
    assert.deepEqual(pathsOf(await open(disk)), ['plain']);
  });

  check('a newer schema and configuration replace the older', async (disk) => {
    makeTable(disk);
    const { metaData } = await open(disk);
    commit(disk, 1, { metaData: { ...metaData, configuration: { later: 'yes' } } });
    assert.deepEqual((await open(disk)).metaData.configuration, { later: 'yes' });
  });

  check('a table that a foreign commit makes too new is refused, also while it is open', async (disk) => {
    makeTable(disk);
    const before = await open(disk);
    commit(disk, 1, { protocol: { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ['columnMapping'] } });
    assert.throws(
      () => refreshTable(disk, LazyTable.of(disk, before)),
      (error) => isPondError(error, 'pond-too-new'),
    );
    await assert.rejects(openTable(disk), (error) => isPondError(error, 'pond-too-new'));
  });

  for (const lacking of ['protocol', 'metaData'] as const) {
    check(`a first commit without ${lacking} is damage`, async (disk) => {
      makeTable(disk);
      const file = commitFile(commitNumber(0));
      const lines = new TextDecoder().decode(disk.readFile(file)).split('\n');
      const others = lines.filter((line) => !line.startsWith(`{"${lacking}"`));
      assert.equal(others.length, lines.length - 1);
      replaceFile(disk, file, new TextEncoder().encode(others.join('\n')));
      await assert.rejects(openTable(disk), { code: 'pond-damaged', message: new RegExp(`has no ${lacking}`) });
    });
  }

  check('the latest version is found from a known one, a hint, a wrong hint and none', (disk) => {
    assert.equal(latestVersion(disk), undefined);
    grow(disk, 6);
    for (const atLeast of [undefined, ...[0, 3, 5, 9].map(commitNumber)]) assert.equal(latestVersion(disk, atLeast), 5);
    for (const hint of ['{"version":2}', '{"version":99}', '{"version":-1}', '{"vers', '']) {
      replaceFile(disk, hintFile, new TextEncoder().encode(hint));
      assert.equal(latestVersion(disk), 5);
    }
  });

  for (const lost of [1, 3]) {
    check(`the latest version is found past ${lost} missing commits after a known one`, async (disk) => {
      grow(disk, 7);
      for (let version = 2; version < 2 + lost; version++) disk.remove(commitFile(commitNumber(version)));
      for (const known of [0, 1]) assert.equal(latestVersion(disk, commitNumber(known)), 6);
      await assert.rejects(openTable(disk, commitNumber(1)), { code: 'pond-damaged', message: /commit 2 is missing/ });
    });
  }

  check('from a known version, the latest is found without listing', async (disk) => {
    grow(disk, 20);
    const noListing = { ...disk, list: () => assert.fail('the directory was listed') };
    assert.equal(latestVersion(noListing, commitNumber(12)), 19);
    assert.equal((await openTable(noListing, commitNumber(12)))?.version, 19);
  });

  check('a table that lost a version known to be committed is damaged', async (disk) => {
    grow(disk, 4);
    await assert.rejects(openTable(disk, commitNumber(7)), (error) => isPondError(error, 'pond-damaged'));
  });

  check('files with names unknown to the log are ignored', async (disk) => {
    grow(disk, 3);
    const names = [
      '.tmp-x',
      `${commitFile(commitNumber(3)).slice(11)}.tmp`,
      `${commitFile(commitNumber(3)).slice(11)}#1`,
      `_commit_x.json.tmp`,
    ];
    for (const name of [
      ...names,
      '00000000000000000002.crc',
      '00000000000000000001.00000000000000000002.compacted.json',
    ]) {
      replaceFile(disk, `_delta_log/${name}`, new TextEncoder().encode('{"add":'));
    }
    disk.makeDirectory('_delta_log/_staged_commits');
    assert.equal((await open(disk)).version, 2);
  });
}

function testCommitting(check: Check): void {
  check('creating an existing table is a conflict and changes nothing', async (disk) => {
    makeTable(disk);
    const before = disk.readFile(commitFile(commitNumber(0)));
    const again = createTable(disk, 'other');
    assert.deepEqual(again, { conflict: true });
    assert.deepEqual(disk.readFile(commitFile(commitNumber(0))), before);
    assert.notEqual((await open(disk)).metaData.id, 'other');
  });

  check('the second of two commits to one version is a conflict and changes nothing', async (disk) => {
    makeTable(disk);
    commit(disk, 1, { adds: [addOf('first')] });
    const second = commitVersion(disk, commitNumber(1), { commitInfo: { txnId: 'second' }, adds: [addOf('second')] });
    assert.deepEqual(second, { conflict: true });
    assert.deepEqual(pathsOf(await open(disk)), ['first']);
  });

  check('a repeated commit, as after a crash, is recognized as done', (disk) => {
    makeTable(disk);
    const draft = { commitInfo: { txnId: 'mine' }, adds: [addOf('a')] };
    assert.deepEqual(commitVersion(disk, commitNumber(1), draft), { committed: true });
    assert.deepEqual(commitVersion(disk, commitNumber(1), { ...draft, adds: [addOf('b')] }), { committed: true });
  });

  check('a commit adds one name to the log', (disk) => {
    makeTable(disk);
    commit(disk, 1, {});
    assert.deepEqual(
      disk.list('_delta_log').sort(),
      [commitFile(commitNumber(0)), commitFile(commitNumber(1))].map((file) => file.slice(11)),
    );
  });

  check('a commit that would leave a gap is refused', (disk) => {
    makeTable(disk);
    const draft = { commitInfo: { txnId: 'x' } };
    assert.throws(
      () => commitVersion(disk, commitNumber(2), draft),
      (error) => isPondError(error, 'pond-damaged'),
    );
    assert.equal(disk.stat(commitFile(commitNumber(2))), undefined);
  });

  check('a commit that could not be read back is not written', (disk) => {
    makeTable(disk);
    const draft = { commitInfo: { txnId: 'x' }, adds: [addOf('a'), addOf('a')] };
    assert.throws(
      () => commitVersion(disk, commitNumber(1), draft),
      (error) => isPondError(error, 'pond-damaged'),
    );
    assert.equal(disk.stat(commitFile(commitNumber(1))), undefined);
  });

  check('a writer advances its snapshot by its own commit without reading', async (disk) => {
    makeTable(disk);
    const snapshot = await open(disk);
    const adds = [addOf('a')];
    commit(disk, 1, { adds });
    assert.deepEqual(
      contentOf(applyCommit(snapshot, { version: commitNumber(1), txns: [], removes: [], adds })),
      contentOf(await open(disk)),
    );
  });
}

function testCheckpoints(check: Check): void {
  check('the table opens from a checkpoint alone as from its commits', async (disk) => {
    makeTable(disk, { 'a"b': 'ä' });
    const tags = { txn: '1', none: null };
    commit(disk, 1, { adds: [{ ...addOf('x%20y'), partitionValues: { p: null, q: 'ö' }, tags }] });
    commit(disk, 2, { adds: [addWithoutStats('b'), addOf('c')], txns: [{ appId: 'app', version: 5, lastUpdated: 6 }] });
    const removes = [{ path: 'c', dataChange: true, deletionTimestamp: 1000, size: 1, partitionValues: {} }];
    commit(disk, 3, { removes });
    const before = await open(disk);
    const after = await writeCheckpoint(disk, before, 2000);
    assert.equal(after.checkpointVersion, 3);
    for (let version = 0; version <= 3; version++) disk.remove(commitFile(commitNumber(version)));
    assert.deepEqual(contentOf(await open(disk)), contentOf(before));
  });

  check('commits after a checkpoint are read on top of it', async (disk) => {
    grow(disk, 4);
    await writeCheckpoint(disk, await open(disk), 0);
    commit(disk, 4, { adds: [addOf('later')], removes: [{ path: 'f1', dataChange: true }] });
    for (let version = 0; version <= 3; version++) disk.remove(commitFile(commitNumber(version)));
    const snapshot = await open(disk);
    assert.deepEqual([snapshot.version, pathsOf(snapshot)], [4, ['f2', 'f3', 'later']]);
    await assert.rejects(snapshotAt(disk, commitNumber(1)), (error) => isPondError(error, 'version-not-found'));
  });

  check('an older version is read from the checkpoint before it, not from a newer one', async (disk) => {
    grow(disk, 4);
    await writeCheckpoint(disk, await open(disk), 0);
    commit(disk, 4, { adds: [addOf('f4')] });
    await writeCheckpoint(disk, await open(disk), 0);
    const snapshot = await snapshotAt(disk, commitNumber(3));
    assert.deepEqual([snapshot.checkpointVersion, pathsOf(snapshot)], [3, ['f1', 'f2', 'f3']]);
    assert.equal((await snapshotAt(disk, commitNumber(2))).checkpointVersion, undefined);
  });

  check('tombstones leave checkpoints after the retention time of the table', async (disk) => {
    const dayMs = 86_400_000;
    makeTable(disk, { 'delta.deletedFileRetentionDuration': 'interval 2 days' });
    commit(disk, 1, { adds: [addOf('a'), addOf('b')] });
    commit(disk, 2, { removes: [{ path: 'a', dataChange: true, deletionTimestamp: 10 * dayMs }] });
    await writeCheckpoint(disk, await open(disk), 12 * dayMs);
    assert.equal((await open(disk)).tombstones.size, 1);
    await writeCheckpoint(disk, await open(disk), 12 * dayMs + 1);
    assert.equal((await open(disk)).tombstones.size, 0);
  });

  check('a checkpoint is due after 50 commits, later with the size of the table', async (disk) => {
    makeTable(disk);
    let snapshot = await open(disk);
    const isDue = (table = snapshot) => checkpointDue(table, snapshot.files.size + snapshot.tombstones.size);
    const advance = (count: number) => {
      for (let left = count; left > 0; left--) {
        snapshot = applyCommit(snapshot, {
          version: commitNumber(snapshot.version + 1),
          txns: [],
          removes: [],
          adds: [],
        });
      }
    };
    advance(48);
    assert.equal(isDue(), false);
    advance(1);
    assert.equal(isDue(), true);
    const adds = Array.from({ length: 10_000 }, (_, index) => addOf(`big${index}`));
    snapshot = applyCommit(snapshot, { version: commitNumber(snapshot.version + 1), txns: [], removes: [], adds });
    assert.equal(isDue(), false);
    advance(448);
    assert.equal(isDue(), false);
    advance(1);
    assert.equal(isDue(), true);
    assert.equal(isDue({ ...snapshot, checkpointVersion: snapshot.version }), false);
  });

  check('no checkpoint is written if other engines store more than this one knows', async (disk) => {
    makeTable(disk);
    commit(disk, 1, { protocol: { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ['domainMetadata'] } });
    const snapshot = await open(disk);
    await assert.rejects(writeCheckpoint(disk, snapshot, 0), (error) => isPondError(error, 'pond-too-new'));
    assert.equal(disk.stat(checkpointFile(commitNumber(1))), undefined);
  });

  check('the hint never moves back to an older checkpoint', async (disk) => {
    grow(disk, 4);
    await writeCheckpoint(disk, await open(disk), 0);
    await writeCheckpoint(disk, await snapshotAt(disk, commitNumber(2)), 0);
    const hint = JSON.parse(new TextDecoder().decode(disk.readFile(hintFile))) as { readonly version: number };
    assert.equal(hint.version, 3);
  });
}

/** Creates a table of a number of versions; version N, from 1, adds the file `fN`. */

function pathsOf(snapshot: DeltaSnapshot): readonly string[] {
  return [...snapshot.files.values()].map((file) => file.path).sort();
}
