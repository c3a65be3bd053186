/** The chain of commits and the hashes of data files: what does not fit is reported, in new ponds and in older ones. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { readCommit } from '../../server/src/delta/log.ts';
import { commitFile } from '../../server/src/delta/logPaths.ts';
import { RowReader } from '../../server/src/oplog/rowReader.ts';
import { type StoredRow } from '../../server/src/oplog/rows.ts';
import { type Commit } from '../../server/src/pond/commitRecord.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { imageOf } from '../support/diskImage.ts';
import { editEntry, editRecord, withoutHashes } from '../support/oldPond.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { overwrite, treeLines } from '../support/pondState.ts';
import { bytesOf, collect, parquetOf } from '../support/tree.ts';

const author = 'test';
const logFile = (number: number): string => commitFile(commitNumber(number));
const dataFile = (disk: Disk, number: number): string => readCommit(disk, commitNumber(number))!.adds[0]!.path;

async function commit(pond: Pond, text: string): Promise<Commit> {
  const root = await pond.fs.root();
  await root.writeFile('/a', bytesOf(text));
  return await pond.commit({ message: text, author });
}

/** Applies `work` to a pond that is opened for writing. */
async function change(disk: Disk, work: (pond: Pond) => Promise<unknown>): Promise<Disk> {
  const pond = await openPondOn(disk, 'chain', { mode: 'write' });
  try {
    await work(pond);
  } finally {
    await pond.close();
  }
  return disk;
}

const log = async (disk: Disk): Promise<readonly Commit[]> => {
  const pond = await openPondOn(disk, 'chain', { mode: 'read' });
  try {
    return await collect(pond.log());
  } finally {
    await pond.close();
  }
};

const image: DiskImage = await (async () => {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'chain');
  const root = await pond.fs.root();
  await root.createFile('/s', parquetOf('one'), { type: 'series' });
  await root.createSymlink('/link', '/s');
  await root.createDirectory('/d');
  await root.setAttributes('/s', { unit: 'm' });
  await commit(pond, 'one');
  await root.writeFile('/s', parquetOf('two'));
  await root.rename('/link', '/d/link');
  await commit(pond, 'two');
  await commit(pond, 'three');
  await commit(pond, 'four');
  await pond.close();
  return imageOf(disk);
})();

const hashOf = (prefix: string, fields: readonly (string | number | undefined)[]): string => {
  const hash = createHash('sha256').update(prefix);
  for (const field of fields) {
    const bytes = bytesOf(String(field ?? ''));
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest('hex');
};

/** The fields of a row, as docs/pond-format.md lists them. */
function fieldsOf(row: StoredRow): readonly (string | number | undefined)[] {
  const { partId, nodeId, timestampUs, version, fileType, metadata, sizeBytes, sha256, minTimeUs, maxTimeUs } = row;
  const listing = ['directory', 'page'].includes(fileType)
    ? createHash('sha256').update(row.content!).digest('hex')
    : '';
  return [
    ...[partId, nodeId, timestampUs, version, fileType, metadata, sizeBytes, sha256],
    ...[minTimeUs, maxTimeUs, row.txn, listing],
  ];
}

describe('the chain of commits', () => {
  it('has in each commit the hashes that docs/pond-format.md specifies', async () => {
    const disk = createMemoryDisk(image);
    const pond = await openPondOn(disk, 'chain', { mode: 'read' });
    const commits = (await collect(pond.log())).reverse();
    assert.equal(commits.length, 5);
    for (const [number, commit] of commits.entries()) {
      const rows: StoredRow[] = [];
      for await (const row of new RowReader(disk).scan(dataFile(disk, number), () => true)) {
        if (row.fileType !== 'commit') rows.push(row);
      }
      assert.equal(commit.rowsHash, hashOf('rows\0', rows.flatMap(fieldsOf)));
      const parent = commits[number - 1];
      const { added, modified, removed, renamed, bytes } = commit.counts;
      const said = [
        ...[pond.id, number, commit.id, parent?.number, parent?.id, parent?.hash, commit.timeUs, commit.author],
        ...[commit.message, commit.operation, commit.rootHash, commit.rowsHash],
        ...[added, modified, removed, renamed, bytes],
      ];
      assert.equal(commit.hash, hashOf('commit\0', said));
      const { path, tags } = readCommit(disk, commitNumber(number))!.adds[0]!;
      const file = createHash('sha256').update(disk.readFile(path)!).digest('hex');
      assert.equal(tags?.['duckpond.sha256'], file);
    }
    await pond.close();
  });

  it('is the same in the row of the commit, which outlives the log entry', async () => {
    const disk = createMemoryDisk(image);
    for await (const row of new RowReader(disk).scan(dataFile(disk, 3), ({ fileType }) => fileType === 'commit')) {
      const record = readCommit(disk, commitNumber(3))!.commitInfo!['pond'];
      assert.deepEqual((JSON.parse(row.metadata) as { commit: unknown }).commit, record);
    }
  });

  it('starts at the next commit of a pond that has none, which says so', async () => {
    const disk = createMemoryDisk(image);
    withoutHashes(disk);
    const before = await log(disk);
    assert.deepEqual(new Set(before.map(({ hash }) => hash)), new Set([undefined]));
    const lines = treeLines((await openPondOn(createMemoryDisk(image), 'chain', { mode: 'read' })).fs);
    assert.deepEqual(await treeLines((await openPondOn(disk, 'chain', { mode: 'read' })).fs), await lines);

    await change(disk, (pond) => commit(pond, 'five').then(() => commit(pond, 'six')));
    const [six, five, four] = await log(disk);
    assert.deepEqual([four!.hash, five!.parentHash, five!.parentId], [undefined, undefined, four!.id]);
    assert.deepEqual([six!.parentHash, six!.parentId], [five!.hash, five!.id]);
    const start = (number: number): unknown =>
      (readCommit(disk, commitNumber(number))!.commitInfo!['pond'] as { chainStart?: unknown }).chainStart;
    assert.deepEqual([start(5), start(6)], [true, undefined]);
  });

  it('reports histories that were mixed, at the commit that does not fit', async () => {
    const branch = (text: string): Promise<Disk> =>
      change(createMemoryDisk(image), (pond) => commit(pond, `${text} 5`).then(() => commit(pond, `${text} 6`)));
    const [a, b] = [await branch('A'), await branch('B')];
    for (const path of [logFile(5), dataFile(b, 5)]) {
      if (a.stat(path) !== undefined) a.remove(path);
      overwrite(a, path, b.readFile(path)!);
    }
    // The latest commit is compared with its parent when the pond is opened.
    await assert.rejects(log(a), { code: 'pond-damaged', message: /^commit 6 was made on commit .*; commit 5 is/ });

    const c = await change(createMemoryDisk(imageOf(b)), (pond) => commit(pond, 'B 7'));
    overwrite(c, logFile(5), (await branch('C')).readFile(logFile(5))!);
    await assert.rejects(log(c), { code: 'pond-damaged', message: /^commit 6 was made on commit/ });
  });
});

describe('a record whose field was altered', () => {
  const values: Readonly<Record<string, unknown>> = {
    id: 'another',
    parentId: 'another',
    parentHash: 'ab'.repeat(32),
    timeUs: 1,
    author: 'another',
    message: 'another',
    operation: 'restore',
    rootHash: 'ab'.repeat(32),
    rowsHash: 'ab'.repeat(32),
    hash: 'ab'.repeat(32),
    counts: { added: 0, modified: 9, removed: 0, renamed: 0, bytes: 0 },
    chainStart: true,
  };
  for (const [name, value] of Object.entries(values)) {
    for (const [how, edit] of [
      ['altered', (record: Record<string, unknown>) => (record[name] = value)],
      ['removed', (record: Record<string, unknown>) => delete record[name]],
    ] as const) {
      if (how === 'removed' && name === 'chainStart') continue;
      it(`${name} ${how} is damage that names the commit`, async () => {
        const disk = createMemoryDisk(image);
        editRecord(disk, logFile(2), edit);
        await assert.rejects(log(disk), { code: 'pond-damaged', path: logFile(2) });
      });
    }
  }

  it('is damage when the entry lost it, and not taken for the commit of another engine', async () => {
    for (const number of [0, 2, 4]) {
      const disk = createMemoryDisk(image);
      const text = Buffer.from(disk.readFile(logFile(number))!).toString();
      overwrite(disk, logFile(number), Buffer.from(text.replace('"commitInfo"', '"cnmmitInfo"')));
      const check = async (): Promise<readonly string[]> => {
        const pond = await openPondOn(disk, 'chain', { mode: 'read' });
        try {
          return (await pond.checkHistory()).problems;
        } finally {
          await pond.close();
        }
      };
      const problems = await check().catch((error: unknown) => [String(error)]);
      assert.match(problems.join(), new RegExp(`commit ${number} has its number, and no record`));
    }
  });

  it('is damage when its entry has the number of another commit', async () => {
    for (const [number, other] of [
      [4, 3],
      [2, 1],
    ] as const) {
      const disk = createMemoryDisk(image);
      editEntry(disk, logFile(number), ({ txn }) => {
        if (txn !== undefined) txn['version'] = other;
      });
      await assert.rejects(log(disk), { code: 'pond-damaged', path: logFile(number) });
    }
  });
});

describe('a data file', () => {
  it('that was altered is damage before it is decoded, with its path and commit', async () => {
    const disk = createMemoryDisk(image);
    const path = dataFile(disk, 2);
    const bytes = disk.readFile(path)!;
    bytes[bytes.length - 20]! ^= 1;
    overwrite(disk, path, bytes);
    const pond = await openPondOn(disk, 'chain', { mode: 'read' });
    const root = await (await pond.at('2')).root();
    await assert.rejects(root.readFile('/d/link'), { code: 'pond-damaged', path, message: /of commit 2 was altered/ });
    await pond.close();
  });

  it('whose entry has no hash is read as before', async () => {
    const disk = createMemoryDisk(image);
    withoutHashes(disk);
    const path = dataFile(disk, 2);
    const bytes = disk.readFile(path)!;
    bytes[bytes.length - 20]! ^= 1;
    overwrite(disk, path, bytes);
    const pond = await openPondOn(disk, 'chain', { mode: 'read' });
    const outcome = await treeLines(await pond.at('2')).catch((error: unknown) => String(error));
    assert.doesNotMatch(String(outcome), /was altered/);
    await pond.close();
  });
});
