import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { readCommit } from '../../server/src/delta/log.ts';
import { RowReader } from '../../server/src/oplog/rowReader.ts';
import { type RowMetadata, type StoredRow } from '../../server/src/oplog/rows.ts';
import { RowCheck } from '../../server/src/pond/checkRows.ts';
import { type Commit } from '../../server/src/pond/commitRecord.ts';
import { Findings } from '../../server/src/pond/findings.ts';
import { commitIn } from '../../server/src/pond/history.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { initPondOn } from '../support/pond.ts';
import { bytesOf, parquetOf } from '../support/tree.ts';

interface CommitRows {
  readonly commit: Commit;
  readonly rows: readonly StoredRow[];
}

/** Commits of a pond with a file in directories, a directory of several pages, and a series of three versions. */
async function commitsOfPond(): Promise<readonly CommitRows[]> {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'checked');
  const root = await pond.fs.root();
  const commit = () => pond.commit({ message: 'checked', author: 'test' });
  await root.createDirectory('/a/b', { parents: true });
  await root.writeFile('/a/b/c', bytesOf('text'));
  await root.createDirectory('/wide');
  for (let i = 0; i < 200; i++) await root.writeFile(`/wide/${i}`, bytesOf(`${i}`));
  for (const version of ['one', 'two', 'three']) {
    await root.writeFile('/s', parquetOf(version), { type: 'series' });
    await commit();
  }
  const commits: CommitRows[] = [];
  for (let number = 0; number <= pond.head.number; number++) {
    const entry = readCommit(disk, commitNumber(number))!;
    const rows: StoredRow[] = [];
    for await (const row of new RowReader(disk).scan(entry.adds[0]!.path, () => true)) rows.push(row);
    commits.push({ commit: commitIn(pond.id, entry)!, rows });
  }
  await pond.close();
  return commits;
}

const sound = await commitsOfPond();

/** Problems of the rows in the order given, or the reverse: a data file orders them by ids, which are in no order. */
async function problemsOf(commits: readonly CommitRows[], isReversed = false): Promise<readonly string[]> {
  const findings = new Findings();
  const check = new RowCheck(findings);
  for (const { commit, rows } of commits) await check.commit(commit, isReversed ? rows.toReversed() : rows);
  return findings.problems;
}

/** A row with other fields of its metadata; those that are undefined are left out. */
const withMetadata = (
  row: StoredRow,
  changes: Readonly<Partial<Record<keyof RowMetadata | 'commit', unknown>>>,
): StoredRow => ({ ...row, metadata: JSON.stringify({ ...(JSON.parse(row.metadata) as RowMetadata), ...changes }) });

interface Damage {
  readonly in: number;
  readonly row: (row: StoredRow) => boolean;
  /** Rows in its place. */
  readonly becomes: (row: StoredRow) => readonly StoredRow[];
  readonly problem: RegExp;
}

const isSeries = ({ fileType }: StoredRow): boolean => fileType === 'series';
const isCommit = ({ fileType }: StoredRow): boolean => fileType === 'commit';
const isFile = ({ metadata }: StoredRow): boolean => metadata.includes('"name":"c"');

const damages: Readonly<Record<string, Damage>> = {
  'content that was altered': {
    in: 1,
    row: isFile,
    becomes: (row) => [{ ...row, content: bytesOf('no') }],
    problem: /^\/a\/b\/c version 1 in commit 1: its content is not what was written$/,
  },
  'a time that its entry does not have': {
    in: 1,
    row: isFile,
    becomes: (row) => [{ ...row, timestampUs: row.timestampUs + 1 }],
    problem: /^\/a\/b version 1 in commit 1: the row of "c" in commit 1 differs from it$/,
  },
  'a file without its row': {
    in: 1,
    row: isFile,
    becomes: () => [],
    problem: /^\/a\/b version 1 in commit 1: the row of "c" in commit 1 is missing$/,
  },
  'a page with another hash': {
    in: 1,
    row: ({ fileType }) => fileType === 'page',
    becomes: (row) => [{ ...row, sha256: 'a'.repeat(64) }],
    problem: /^\/wide \(page [0-9a-f]\) in commit 1: its hash is [0-9a-f]{64}, and should be a{64}$/,
  },
  'a series with another hash of all versions': {
    in: 2,
    row: isSeries,
    becomes: (row) => [withMetadata(row, { seriesHash: 'a'.repeat(64) })],
    problem: /^\/s version 2 in commit 2, all versions: its hash is a{64}, and should be [0-9a-f]{64}$/,
  },
  'a series without a hash of all versions': {
    in: 2,
    row: isSeries,
    becomes: (row) => [withMetadata(row, { seriesHash: undefined })],
    problem: /^\/s version 2 in commit 2, all versions: its hash is missing, and should be [0-9a-f]{64}$/,
  },
  'a version that does not lead to the one before it': {
    in: 3,
    row: isSeries,
    becomes: (row) => [withMetadata(row, { previous: undefined })],
    problem: /^\/s version 3 in commit 3: the row of the version before it is missing$/,
  },
  'a commit without its row': {
    in: 2,
    row: isCommit,
    becomes: () => [],
    problem: /^commit 2: its row is missing$/,
  },
  'a commit with two rows': {
    in: 2,
    row: isCommit,
    becomes: (row) => [row, row],
    problem: /^commit 2: its row is missing$/,
  },
  'a commit whose row says something else': {
    in: 2,
    row: isCommit,
    becomes: (row) => [withMetadata(row, { commit: {} })],
    problem: /^commit 2: its row differs from its record in the log$/,
  },
};

describe('a check of rows', () => {
  it('finds nothing in those of a sound pond', async () => {
    assert.deepEqual(await problemsOf(sound), []);
  });

  for (const [what, { in: number, row: isAltered, becomes, problem }] of Object.entries(damages)) {
    it(`finds ${what}, and names it by its path`, async () => {
      let isDone = false;
      const altered = (row: StoredRow): readonly StoredRow[] => {
        if (isDone || !isAltered(row)) return [row];
        isDone = true;
        return becomes(row);
      };
      const commits = sound.map((each, index) =>
        index === number ? { ...each, rows: each.rows.flatMap(altered) } : each,
      );
      assert.ok(isDone);
      for (const isReversed of [false, true]) {
        const problems = await problemsOf(commits, isReversed);
        assert.ok(
          problems.some((found) => problem.test(found)),
          problems.join('\n'),
        );
      }
    });
  }
});
