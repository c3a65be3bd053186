/** A check of the whole history: sound ponds are sound, and each kind of damage is a problem that says where. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PondError } from '../../server/src/base/error.ts';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { readCommit } from '../../server/src/delta/log.ts';
import { checkpointFile, commitFile, hintFile } from '../../server/src/delta/logPaths.ts';
import { writeDataFile } from '../../server/src/oplog/dataFile.ts';
import { decodeEntries, type DirectoryEntry, encodeEntries } from '../../server/src/oplog/directoryEntry.ts';
import { RowReader } from '../../server/src/oplog/rowReader.ts';
import { type OpRow, rootId } from '../../server/src/oplog/rows.ts';
import { blobPath } from '../../server/src/pond/blobs.ts';
import { leafHash } from '../../server/src/pond/hash.ts';
import { type CheckReport } from '../../server/src/pond/findings.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { editEntry, withoutHashes } from '../support/oldPond.ts';
import { checkedPond } from '../support/checkedPond.ts';
import { openPondOn } from '../support/pond.ts';
import { overwrite } from '../support/pondState.ts';
import { bytesOf } from '../support/tree.ts';

const { image, blobHash } = await checkedPond(51);

const logFile = (number: number): string => commitFile(commitNumber(number));
const dataFile = (disk: Disk, number: number): string => readCommit(disk, commitNumber(number))!.adds[0]!.path;

async function report(disk: Disk, isQuick = false): Promise<CheckReport> {
  const pond = await openPondOn(disk, 'checked', { mode: 'read' });
  try {
    return await pond.checkHistory({ isQuick });
  } finally {
    await pond.close();
  }
}

/**
 * Writes the data file of a commit with other rows, and the size and hash of the file in its entry; without the
 * checkpoint that repeats them.
 */
async function forge(disk: Disk, number: number, change: (row: OpRow) => OpRow | undefined): Promise<void> {
  const path = dataFile(disk, number);
  const rows: OpRow[] = [];
  for await (const row of new RowReader(disk).scan(path, () => true)) {
    const changed = change(row);
    if (changed !== undefined) rows.push(changed);
  }
  for (const old of [path, hintFile, checkpointFile(commitNumber(49))]) disk.remove(old);
  const { sizeBytes, sha256, numRecords } = await writeDataFile(disk, path, rows, commitNumber(number));
  editEntry(disk, logFile(number), ({ add }) => {
    if (add === undefined) return;
    add['size'] = sizeBytes;
    add['stats'] = JSON.stringify({ numRecords });
    add['tags'] = { ...(add['tags'] as object), 'duckpond.sha256': sha256 };
  });
}

const inRoot =
  (name: string, change: (entry: DirectoryEntry) => DirectoryEntry) =>
  (row: OpRow): OpRow => {
    if (row.nodeId !== rootId || !(row.content instanceof Uint8Array)) return row;
    const entries = decodeEntries(row.content, () => '/').map((entry) => (entry.name === name ? change(entry) : entry));
    return { ...row, content: encodeEntries(entries), sha256: leafHash(entries) };
  };

const flip =
  (path: (disk: Disk) => string, offset = -20) =>
  (disk: Disk): void => {
    const bytes = disk.readFile(path(disk))!;
    bytes[(offset + bytes.length) % bytes.length]! ^= 1;
    overwrite(disk, path(disk), bytes);
  };

/** Damage, the problem that is found, and whether a quick check finds it. */
const found: Readonly<Record<string, readonly [damage: (disk: Disk) => unknown, says: RegExp, isQuick?: boolean]>> = {
  'a byte of an old data file': [flip((disk) => dataFile(disk, 3)), /^data file .*: its hash is/],
  'a byte of a blob that only an old version has': [flip(() => blobPath(blobHash)), /\/large version 1.*altered/],
  'a missing blob': [(disk) => disk.remove(blobPath(blobHash)), /\/large version 1 in commit 1: .*missing/],
  'a missing data file': [(disk) => disk.remove(dataFile(disk, 3)), /^data file .* is missing/, true],
  'a data file that was cut': [
    (disk) => overwrite(disk, dataFile(disk, 3), disk.readFile(dataFile(disk, 3))!.subarray(1)),
    /^data file .* bytes; expected/,
    true,
  ],
  'a log entry with another tag': [
    (disk) => editEntry(disk, logFile(3), ({ add }) => add && (add['tags'] = { 'duckpond.txn': '3-3' })),
    /^commit 3: its entry was altered, in adds/,
    true,
  ],
  'a log entry with another time': [
    (disk) => editEntry(disk, logFile(2), ({ commitInfo }) => commitInfo && (commitInfo['timestamp'] = 1)),
    /^commit 2: its entry was altered, in commitInfo/,
    true,
  ],
  'a time in the row of a file': [
    (disk) => forge(disk, 1, (row) => (row.fileType === 'file' ? { ...row, timestampUs: 5 } : row)),
    /^the rows of commit 1: its hash is/,
  ],
  'an entry with another time than its row': [
    (disk) =>
      forge(
        disk,
        2,
        inRoot('a', (entry) => ({ ...entry, modifiedUs: 7 })),
      ),
    /version \d+ in commit 2: the row of "a" in commit 2 differs from it/,
  ],
  'an entry that leads to another commit': [
    (disk) =>
      forge(
        disk,
        2,
        inRoot('a', (entry) => ({ ...entry, txn: commitNumber(1) })),
      ),
    /the row of "a" in commit 1 is missing/,
  ],
  'a row that is missing': [
    (disk) => forge(disk, 2, (row) => (row.fileType === 'series' ? undefined : row)),
    /^\/s version 3 in commit 3: the row of the version before it is missing/,
  ],
  'content of another file': [
    (disk) =>
      forge(disk, 1, (row) =>
        row.fileType === 'file' && row.sizeBytes < 9 ? { ...row, content: bytesOf('no') } : row,
      ),
    /its content is not what was written/,
  ],
  'a checkpoint that says other than the log': [
    (disk) => {
      disk.remove(hintFile);
      overwrite(disk, checkpointFile(commitNumber(40)), disk.readFile(checkpointFile(commitNumber(49)))!);
    },
    /000040\.checkpoint\.parquet differs from the log, in the latest commit/,
  ],
  'a checkpoint that was altered': [
    flip(() => checkpointFile(commitNumber(49))),
    /000049\.checkpoint\.parquet is altered/,
  ],
  'an entry in the middle that is gone': [
    (disk) => disk.remove(logFile(7)),
    /^commit 7: _delta_log.*7\.json is missing/,
    true,
  ],
};

describe('a check of the whole history', () => {
  it('counts what it read, each row, file and blob once', async () => {
    const { problems, checked } = await report(createMemoryDisk(image));
    assert.deepEqual(problems, []);
    assert.equal(checked.commits, checked.chained);
    assert.equal(checked.dataFiles, checked.commits);
    assert.equal(checked.blobs, 2);
    assert.ok(checked.rows > checked.commits * 2 && checked.bytes > 100_000, JSON.stringify(checked));
    const quick = await report(createMemoryDisk(image), true);
    assert.deepEqual(quick.problems, []);
    assert.deepEqual([quick.checked.commits, quick.checked.rows], [checked.commits, 0]);
  });

  it('finds a pond from before there were hashes sound', async () => {
    const disk = createMemoryDisk(image);
    withoutHashes(disk);
    disk.remove(hintFile);
    disk.remove(checkpointFile(commitNumber(49)));
    const { problems, checked } = await report(disk);
    assert.deepEqual([problems, checked.chained], [[], 0]);
  });

  it('ends when it is cancelled', async () => {
    const pond = await openPondOn(createMemoryDisk(image), 'checked', { mode: 'read' });
    const cancelled = new PondError('cancelled', 'the operation was cancelled');
    const onProgress = (checked: number): void => {
      if (checked === 20) throw cancelled;
    };
    await assert.rejects(pond.checkHistory({ onProgress }), cancelled);
    await pond.close();
  });

  for (const [what, [damage, says, isQuick = false]] of Object.entries(found)) {
    it(`finds ${what}`, async () => {
      const disk = createMemoryDisk(image);
      await damage(disk);
      const { problems } = await report(disk);
      assert.match(problems.join('\n'), new RegExp(says.source, 'm'));
      const quick = await report(disk, true);
      assert.equal(quick.problems.length > 0, isQuick, quick.problems.join('\n'));
    });
  }

  for (const isStagedAgain of [false, true]) {
    it(`finds no damage where a staged blob is discarded meanwhile${isStagedAgain ? ', and staged again' : ''}`, async () => {
      const disk = createMemoryDisk(image);
      const owner = await openPondOn(disk, 'checked', { mode: 'write' });
      const reader = await openPondOn(disk, 'checked', { mode: 'read' });
      const root = await owner.fs.root();
      const content = await root.readFile('/staged');
      const refresh = reader.refresh.bind(reader);
      const missed = [
        () => owner.discard(),
        async () => {
          if (isStagedAgain) await root.writeFile('/staged', content);
          await refresh();
        },
      ];
      reader.refresh = async () => void (await missed.shift()?.());
      assert.deepEqual((await reader.checkHistory()).problems, []);
      assert.deepEqual(missed, []);
      await reader.close();
      await owner.close();
    });
  }

  it('finds a byte of a staged blob', async () => {
    const disk = createMemoryDisk(image);
    const paths = [...image.files].map(([path]) => path);
    const staged = paths.find((path) => path.startsWith('_pond/blobs/') && !path.endsWith(blobHash))!;
    flip(() => staged)(disk);
    assert.match((await report(disk)).problems.join(), /^\/staged, staged: blob .* is altered/);
  });
});
