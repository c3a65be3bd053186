import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { writeCheckpoint } from '../../server/src/delta/checkpoint.ts';
import { numRecords } from '../../server/src/delta/files.ts';
import { commitFile, hintFile } from '../../server/src/delta/logPaths.ts';
import { openTable, snapshotAt } from '../../server/src/delta/snapshot.ts';
import { type DeltaSnapshot } from '../../server/src/delta/deltaSnapshot.ts';
import { inspectTail } from '../../server/src/delta/verify.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { chdbInsert, chdbQueries, chdbQuery, needsChdb } from '../support/chdb.ts';
import { addOf, commit, makeTable, writeData } from '../support/deltaTable.ts';

interface Table {
  readonly directory: string;
  readonly disk: Disk;
}

function newTable(test: TestContext): Table {
  const parent = mkdtempSync(join(tmpdir(), 'pond-chdb-'));
  test.after(() => rmSync(parent, { recursive: true }));
  const directory = join(parent, 'table');
  const disk = openHostDisk(directory);
  disk.makeDirectory('');
  makeTable(disk, { 'delta.appendOnly': 'true' });
  return { directory, disk };
}

describe('chdb, with delta-kernel-rs, reads our tables', () => {
  it('at every version, also when a checkpoint replaces deleted commits', needsChdb, async (test) => {
    const { directory, disk } = newTable(test);
    for (let version = 1; version <= 6; version++) {
      const add = { ...writeData(disk, [version, version + 100]), tags: { part: 'a', none: null } };
      commit(disk, version, { adds: [add], txns: [{ appId: 'app', version }] });
      if (version === 4) await writeCheckpoint(disk, await newest(disk), Date.now());
    }
    await checkVersions(directory, disk, [0, 1, 2, 3, 4, 5, 6]);
    for (let version = 0; version <= 4; version++) disk.remove(commitFile(commitNumber(version)));
    await checkVersions(directory, disk, [4, 5, 6]);
    disk.remove(hintFile);
    await checkVersions(directory, disk, [4, 5, 6]);
  });

  it('from paths that need encoding, and next to the files that a pond keeps there', needsChdb, async (test) => {
    const { directory, disk } = newTable(test);
    const add = writeData(disk, [7], 'ä %41.parquet');
    disk.makeDirectory('_pond/quarantine');
    writeData(disk, [8], '_pond/quarantine/aside.parquet');
    writeData(disk, [9], '_delta_log/.tmp-x');
    commit(disk, 1, { adds: [{ ...add, path: '%C3%A4%20%2541.parquet' }] });
    await checkVersions(directory, disk, [1]);
  });

  it('regardless of the clock of the disk', needsChdb, async (test) => {
    const { directory, disk } = newTable(test);
    for (let version = 1; version <= 3; version++) commit(disk, version, { adds: [writeData(disk, [version])] });
    for (let version = 0; version <= 3; version++) {
      utimesSync(join(directory, commitFile(commitNumber(version))), 0, 2_000_000_000 - version * 1_000_000);
    }
    await checkVersions(directory, disk, [0, 1, 2, 3]);
  });
});

describe('commits of chdb', () => {
  it('are read here, with their unusual statistics and times, and accept further commits', needsChdb, async (test) => {
    const { directory, disk } = newTable(test);
    commit(disk, 1, { adds: [writeData(disk, [1])] });
    await chdbInsert(directory, `SELECT 2 AS id, 'theirs' AS name`);
    const snapshot = await newest(disk);
    assert.equal(snapshot.version, 2);
    const theirs = [...snapshot.files.values()].find((file) => file.addedVersion === 2);
    assert.ok(theirs);
    // Deviations of chdb 3.4: seconds where the protocol requires milliseconds, and statistics inside statistics.
    assert.ok(theirs.add.modificationTime < 10_000_000_000);
    assert.equal(numRecords(theirs.add), undefined);
    assert.deepEqual(inspectTail(disk, commitNumber(0), commitNumber(2)), []);
    commit(disk, 3, { adds: [writeData(disk, [3])] });
    await writeCheckpoint(disk, await newest(disk), Date.now());
    await checkVersions(directory, disk, [0, 1, 2, 3]);
    for (let version = 0; version <= 3; version++) disk.remove(commitFile(commitNumber(version)));
    await chdbInsert(directory, `SELECT 4 AS id, 'theirs' AS name`);
    await checkVersions(directory, disk, [3, 4]);
  });
});

describe('random tables', () => {
  for (const seed of [1, 2]) {
    it(`are the same here and in chdb, at each version (seed ${seed})`, needsChdb, async (test) => {
      const { directory, disk } = newTable(test);
      const random = randomOf(seed);
      const versions = 14;
      for (let version = 1; version <= versions; version++) {
        const live = [...(await newest(disk)).files.values()];
        const removed = live.filter(() => random(4) === 0);
        const removes = removed.map((file) => ({
          path: file.add.path,
          dataChange: false,
          deletionTimestamp: Date.now(),
        }));
        const adds = Array.from({ length: random(3) }, () => writeData(disk, [random(1000), random(1000)]));
        if (random(3) === 0) await chdbInsert(directory, `SELECT ${random(1000)} AS id, 'theirs' AS name`);
        else commit(disk, version, { adds, removes, txns: [{ appId: `app${random(2)}`, version }] });
        if (random(4) === 0) await writeCheckpoint(disk, await newest(disk), Date.now());
      }
      await checkVersions(
        directory,
        disk,
        Array.from({ length: versions + 1 }, (_, version) => version),
      );
    });
  }
});

describe('a damaged latest commit in chdb (the reason why our commits are complete before they get their name)', () => {
  it('is ignored silently if empty; a torn one makes the table unreadable', needsChdb, async (test) => {
    const { directory, disk } = newTable(test);
    commit(disk, 1, { adds: [writeData(disk, [1])] });
    disk.create(commitFile(commitNumber(2))).close();
    assert.deepEqual(await chdbQuery(directory, 'SELECT id FROM {table}'), [{ id: 1 }]);
    const file = disk.openAppend(commitFile(commitNumber(2)));
    file.append(new TextEncoder().encode(JSON.stringify({ add: addOf('x') }).slice(0, -9)));
    file.close();
    await assert.rejects(chdbQuery(directory, 'SELECT id FROM {table}'), /chdb: /);
  });
});

/** Fails unless chdb finds the rows of the files in our snapshot in each version. */
async function checkVersions(directory: string, disk: Disk, versions: readonly number[]): Promise<void> {
  const queries = versions.map((version) => `SELECT id FROM {table@${version}} ORDER BY id`);
  const results = await chdbQueries(directory, [...queries, 'SELECT id FROM {table} ORDER BY id']);
  const theirs = results.map((rows) => rows.map((row) => row['id']));
  const snapshots = [
    ...(await Promise.all(versions.map((version) => snapshotAt(disk, commitNumber(version))))),
    await newest(disk),
  ];
  const ours = await Promise.all(snapshots.map((snapshot) => idsOf(disk, snapshot)));
  assert.deepEqual(theirs, ours);
}

async function idsOf(disk: Disk, snapshot: DeltaSnapshot): Promise<readonly number[]> {
  const files = await Promise.all([...snapshot.files.values()].map(({ path }) => idsIn(disk, path)));
  return files.flat().sort((a, b) => a - b);
}

async function idsIn(disk: Disk, path: string): Promise<readonly number[]> {
  const bytes = disk.readFile(path);
  assert.ok(bytes, `${path} is missing`);
  const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer, columns: ['id'] });
  return rows.map((row) => Number(row['id']));
}

async function newest(disk: Disk): Promise<DeltaSnapshot> {
  const snapshot = await openTable(disk);
  assert.ok(snapshot, 'there is no table');
  return snapshot;
}

function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
