/**
 * Other engines compact, restore, vacuum, append to and rewrite the table of a pond. Whatever they do, every version, the
 * log, the working tree and the history tables stay as they were, and a commit afterwards loses nothing.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { PondError } from '../../server/src/base/error.ts';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { readCommit } from '../../server/src/delta/log.ts';
import { openTable } from '../../server/src/delta/snapshot.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { temporaryFolder } from '../support/folder.ts';
import { codecs, engineName, ForeignEngine, type ForeignTable } from '../support/foreignEngine.ts';
import { initPond, openPond, openPondOn } from '../support/pond.ts';
import { overwrite, pondState } from '../support/pondState.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { bytesOf, collect, parquetOf } from '../support/tree.ts';
import '../support/userCache.ts';

let engine: QueryEngine;
let foreign: ForeignEngine;
before(async () => {
  engine = new QueryEngine({ openDisk: openHostDisk });
  foreign = await ForeignEngine.open();
});
after(async () => {
  foreign.close();
  await engine.close();
});

/** A pond and the foreign engine's view of it; closed between steps, so that each step opens it again. */
interface Subject {
  readonly directory: string;
  readonly table: ForeignTable;
}

async function newSubject(t: TestContext, commits: number): Promise<Subject> {
  const directory = join(temporaryFolder(t), 'test.pond');
  await (await initPond(directory, { author: 'test' })).close();
  for (let number = 1; number <= commits; number++) await commit(directory, number);
  return { directory, table: foreign.table(directory) };
}

async function commit(directory: string, seed: number): Promise<void> {
  const pond = await openPond(directory, { mode: 'write' });
  const root = await pond.fs.root();
  await root.createDirectory('/wide', { parents: true });
  for (let file = 0; file < 4; file++) await root.writeFile(`/wide/${seed}-${file}`, bytesOf(`text ${seed} ${file}`));
  if (seed > 2) await root.remove(`/wide/${seed - 2}-0`).catch(() => undefined);
  await root.writeFile('/series', parquetOf(`version ${seed}`), { type: 'series' });
  await pond.commit({ message: `commit ${seed}`, author: 'test' });
  await pond.close();
}

async function rowsOf(pond: Pond, sql: string, at?: string): Promise<unknown> {
  const { resultId, rowCount } = await engine.run(pond, { sql, ...(at === undefined ? {} : { at }) });
  const { columns } = await engine.rows(resultId, 0, rowCount);
  await engine.release(resultId);
  return columns;
}

const historySql = `SELECT
  (SELECT [count(*)::VARCHAR, md5(string_agg(n::VARCHAR, ',' ORDER BY n::VARCHAR))] FROM pond.nodes n),
  (SELECT [count(*)::VARCHAR, md5(string_agg(e::VARCHAR, ',' ORDER BY e::VARCHAR))] FROM pond.entries e),
  (SELECT list(c ORDER BY number) FROM pond.commits c)`;

/** All that a pond answers: trees of all versions with content, log, differences, history tables, checks. */
async function seen(directory: string) {
  const pond = await openPond(directory, { mode: 'read' });
  try {
    const commits = await collect(pond.log());
    const middle = String(commits[Math.floor(commits.length / 2)]!.number);
    const tables = [await rowsOf(pond, historySql), await rowsOf(pond, historySql, middle)];
    const changes = (await pond.diff(middle, 'HEAD')).map(({ kind, path }) => [kind, path]);
    const ofPath = (await collect(pond.log({ path: '/wide' }))).map(({ number }) => number);
    return { state: await pondState(pond), tables, changes, ofPath, problems: await pond.check() };
  } finally {
    await pond.close();
  }
}

/** What other engines see: rows of ours in live files, and those that are there more than once. */
async function tableRows({ directory }: Subject): Promise<unknown> {
  const { files } = (await openTable(openHostDisk(directory)))!;
  const pond = await openPond(directory, { mode: 'read' });
  const own = (await pond.history()).files.length;
  await pond.close();
  return { own, live: files.size };
}

async function status(directory: string) {
  const pond = await openPond(directory, { mode: 'read' });
  const found = await pond.status();
  await pond.close();
  return found;
}

describe('OPTIMIZE by another engine', () => {
  it('keeps every version and the history, in every codec and order, before and after VACUUM', async (t) => {
    const { directory, table } = await newSubject(t, 3);
    const expected = await seen(directory);
    assert.deepEqual(expected.problems, []);
    for (const [index, codec] of codecs.entries()) {
      await table.optimize({ codec, isShuffled: index % 2 === 0 });
      if (index === 0) assert.deepEqual(await seen(directory), expected);
      await table.vacuum();
      assert.deepEqual(await seen(directory), expected, codec);
    }
  });

  it('is named in the status, with VACUUM, also after the next commit', async (t) => {
    const { directory, table } = await newSubject(t, 1);
    const version = await table.optimize({ codec: 'zstd' });
    await table.vacuum();
    const { foreignCommits } = await status(directory);
    assert.deepEqual(foreignCommits, [
      { version, operation: 'OPTIMIZE', engine: engineName, removedCommits: [] },
      { version: version + 1, operation: 'VACUUM START', engine: engineName, removedCommits: [] },
      { version: version + 2, operation: 'VACUUM END', engine: engineName, removedCommits: [] },
    ]);
    await commit(directory, 4);
    assert.deepEqual((await status(directory)).foreignCommits, foreignCommits);
  });

  it('can merge some of the files, repeatedly', async (t) => {
    const { directory, table } = await newSubject(t, 5);
    const expected = await seen(directory);
    await table.optimize({ codec: 'zstd', leave: 3 });
    await table.vacuum();
    assert.deepEqual(await seen(directory), expected);
    await table.optimize({ codec: 'gzip', leave: 1, isShuffled: true });
    await table.vacuum();
    assert.deepEqual(await seen(directory), expected);
    await commit(directory, 6);
    assert.deepEqual((await seen(directory)).state.commits.slice(0, -1), expected.state.commits);
  });
});

describe('A data file of the pond that was altered', () => {
  const alter = (disk: Disk, number: number): string => {
    const { path } = readCommit(disk, commitNumber(number))!.adds[0]!;
    const bytes = Buffer.from(disk.readFile(path)!);
    // An id of a row, so that the file stays readable for other programs.
    bytes[bytes.indexOf('0000-0000')]! ^= 1;
    disk.remove(path);
    overwrite(disk, path, bytes);
    return path;
  };

  it('is damage in SQL over the history, with its path and commit', async (t) => {
    const { directory } = await newSubject(t, 3);
    const path = alter(openHostDisk(directory), 2);
    const pond = await openPond(directory, { mode: 'read' });
    const damage = { code: 'pond-damaged', path, message: /of commit 2 was altered.*hash/ };
    for (const table of ['pond.nodes', 'pond.entries']) {
      await assert.rejects(rowsOf(pond, `SELECT count(*) FROM ${table}`), damage);
    }
    assert.ok(await rowsOf(pond, 'SELECT count(*) FROM pond.nodes', '1'), 'earlier versions do not need the file');
    await pond.close();
    openHostDisk(directory).remove(path);
    const again = await openPond(directory, { mode: 'read' });
    const missing = { code: 'pond-damaged', path, message: /of commit 2 is missing/ };
    await assert.rejects(rowsOf(again, 'SELECT count(*) FROM pond.nodes'), missing);
    await again.close();
  });

  it('changes no answer while a file that OPTIMIZE wrote has its rows, and pond check names it', async (t) => {
    const { directory, table } = await newSubject(t, 4);
    const expected = await seen(directory);
    await table.optimize({ codec: 'zstd', isShuffled: true });
    const path = alter(openHostDisk(directory), 2);
    const now = await seen(directory);
    assert.deepEqual(now, { ...expected, problems: now.problems });
    const pond = await openPond(directory, { mode: 'read' });
    const { problems } = await pond.checkHistory();
    assert.ok(
      problems.some((problem) => problem.includes(path)),
      problems.join('\n'),
    );
    await pond.close();
  });
});

describe('RESTORE by another engine', () => {
  it('takes nothing out of the pond: it is named, and the next commit adds the files again', async (t) => {
    const subject = await newSubject(t, 6);
    const { directory, table } = subject;
    const expected = await seen(directory);
    const version = await table.restore(3);
    assert.deepEqual(await seen(directory), expected);
    const [named] = (await status(directory)).foreignCommits;
    assert.deepEqual(named, {
      version,
      operation: 'RESTORE',
      engine: engineName,
      removedCommits: [{ from: 4, to: 6 }],
    });

    await commit(directory, 7);
    assert.deepEqual(await tableRows(subject), { own: 8, live: 8 });
    assert.deepEqual((await status(directory)).foreignCommits, [{ ...named, removedCommits: [] }]);
    const after = await seen(directory);
    await table.vacuum();
    assert.deepEqual(await seen(directory), after);
    assert.deepEqual(after.state.commits.slice(0, -1), expected.state.commits);
    assert.deepEqual(after.problems, []);
  });

  it('after an OPTIMIZE and a VACUUM: rows are read from the removed file', async (t) => {
    const { directory, table } = await newSubject(t, 4);
    await table.optimize({ codec: 'zstd' });
    for (const seed of [5, 6, 7]) await commit(directory, seed);
    const before = (await openTable(openHostDisk(directory)))!.version;
    const expected = await seen(directory);
    await table.optimize({ codec: 'snappy', leave: 1, isShuffled: true });
    await table.vacuum();
    assert.equal(await table.restore(before), undefined, 'files of that version are gone');
    await table.restore(5);
    assert.deepEqual(await seen(directory), expected);
    await commit(directory, 8);
    await table.vacuum();
    assert.deepEqual((await seen(directory)).state.commits.slice(0, -1), expected.state.commits);
  });

  it('whose files were deleted too: what is lost is named', async (t) => {
    const { directory, table } = await newSubject(t, 4);
    await table.restore(2);
    await table.vacuum();
    const pond = await openPond(directory, { mode: 'read' });
    await assert.rejects(async () => await (await pond.fs.root()).list('/wide'), {
      code: 'pond-damaged',
      message: /data file [-0-9a-f]+\.parquet of commit 4 is missing.*version 5 \(RESTORE by delta-rs/s,
    });
    const old = await pond.at('2');
    assert.ok((await (await old.root()).list('/wide')).length > 0);
    await pond.close();
  });
});

describe('Other operations of another engine', () => {
  for (const operation of ['DELETE', 'UPDATE', 'MERGE'] as const) {
    it(`${operation} of rows of the pond changes no answer, and the next commit undoes it`, async (t) => {
      const subject = await newSubject(t, 4);
      const { directory, table } = subject;
      const expected = await seen(directory);
      const version = await table.rewrite(operation, 2);
      assert.deepEqual(await seen(directory), expected);
      const [named] = (await status(directory)).foreignCommits;
      assert.deepEqual([named?.version, named?.operation, named?.removedCommits.length], [version, operation, 1]);
      await commit(directory, 5);
      assert.deepEqual(await tableRows(subject), { own: 6, live: 6 });
      await table.vacuum();
      const after = await seen(directory);
      assert.deepEqual(after.state.commits.slice(0, -1), expected.state.commits);
      assert.deepEqual(after.problems, []);
    });
  }

  it('a file that was taken out is still compared with its hash', async (t) => {
    const { directory, table } = await newSubject(t, 2);
    const disk = openHostDisk(directory);
    const path = readCommit(disk, commitNumber(2))!.adds[0]!.path;
    await table.restore(1);
    const bytes = disk.readFile(path)!;
    bytes[40]! ^= 1;
    disk.remove(path);
    overwrite(disk, path, bytes);
    const pond = await openPond(directory, { mode: 'read' });
    await assert.rejects(async () => await (await pond.fs.root()).list('/wide'), {
      code: 'pond-damaged',
      message: /hash/,
    });
    await pond.close();
  });

  it('metadata without the configuration of the pond is damage that is named, and writes nothing', async (t) => {
    const { directory, table } = await newSubject(t, 1);
    const pond = await openPond(directory, { mode: 'write' });
    const { metaData } = (await openTable(openHostDisk(directory)))!;
    await table.commit('CREATE OR REPLACE TABLE', { metaData: { ...metaData, configuration: {} } });
    const error = { code: 'pond-damaged', message: /is a pond, but its configuration lacks duckpond\.format/ };
    await assert.rejects(pond.refresh(), error);
    await pond.close();
    await assert.rejects(openPond(directory, { mode: 'write' }), error);
  });

  it('a commit that fails keeps the files that it would have added again', async (t) => {
    const { directory, table } = await newSubject(t, 3);
    await table.restore(1);
    const expected = await seen(directory);
    const pond = await openPondOn(withFullLog(openHostDisk(directory)), directory, { mode: 'write' });
    await (await pond.fs.root()).writeFile('/more', bytesOf('more'));
    await assert.rejects(pond.commit({ message: 'more', author: 'test' }), { code: 'storage-full' });
    await pond.discard();
    await pond.close();
    assert.deepEqual(await seen(directory), expected);
  });
});

describe('Random operations of other engines between commits', () => {
  for (const seed of seeds(2)) {
    it(`seed ${seed}: every version stays equal`, async (t) => {
      const random = randomOf(seed);
      const { directory, table } = await newSubject(t, 3);
      let expected = await seen(directory);
      for (let step = 0; step < 5; step++) {
        const done = await randomOperation(random, directory, table);
        const now = await seen(directory);
        if (done === 'commit') {
          assert.deepEqual(now.state.commits.slice(0, -1), expected.state.commits, `step ${step}: ${done}`);
          assert.deepEqual(now.problems, []);
          expected = now;
        } else assert.deepEqual(now, expected, `step ${step}: ${done}`);
      }
    });
  }
});

/** A disk without room for another log entry. */
function withFullLog(disk: Disk): Disk {
  return {
    ...disk,
    link(from, to) {
      if (to.startsWith('_delta_log/')) throw new PondError('storage-full', 'there is no room');
      return disk.link(from, to);
    },
  };
}

/** Does one operation, and returns its name. */
async function randomOperation(
  random: (count: number) => number,
  directory: string,
  table: ForeignTable,
): Promise<string> {
  const { foreignCommits } = await status(directory);
  const { version } = (await openTable(openHostDisk(directory)))!;
  const choice = random(8);
  // A VACUUM while commits are out of the table loses them: no program could bring them back.
  if (choice === 0 && foreignCommits.every(({ removedCommits }) => removedCommits.length === 0))
    return `vacuum ${await table.vacuum()}`;
  if (choice === 1) return `append ${await table.append(random(version))}`;
  if (choice === 2) return `restore ${await table.restore(random(version))}`;
  if (choice === 3) return `rewrite ${await table.rewrite(random(2) === 0 ? 'DELETE' : 'UPDATE', random(20))}`;
  if (choice <= 5) {
    const codec = codecs[random(codecs.length)]!;
    return `optimize ${await table.optimize({ codec, leave: random(3), isShuffled: random(2) === 0 })}`;
  }
  await commit(directory, version + 1);
  return 'commit';
}
