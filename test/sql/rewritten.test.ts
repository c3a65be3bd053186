/**
 * A pond whose data files another engine has rewritten as OPTIMIZE does: fewer files, other codecs, without our tags.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { literal, literalList } from '../../server/src/duckdb/sql.ts';
import { commitVersion } from '../../server/src/delta/commit.ts';
import { openTable } from '../../server/src/delta/snapshot.ts';
import { initPond, openPond } from '../support/pond.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { createQueryEngine, type QueryEngine } from '../../server/src/sql/engine.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { temporaryFolder } from '../support/folder.ts';
import { pondState } from '../support/pondState.ts';
import { bytesOf, parquetOf } from '../support/tree.ts';

let engine: QueryEngine;
before(() => {
  engine = createQueryEngine();
});
after(() => engine.close());

const commitCount = 6;

async function makePond(directory: string): Promise<void> {
  const pond = await initPond(directory, { author: 'test' });
  const root = await pond.fs.root();
  await root.createDirectory('/wide');
  for (let number = 1; number <= commitCount; number++) {
    for (let file = 0; file < 60; file++) await root.writeFile(`/wide/${number}-${file}`, bytesOf(`text ${file} `));
    await root.writeFile('/series', parquetOf(`version ${number}`), { type: 'series' });
    await pond.commit({ message: `commit ${number}`, author: 'test' });
  }
  await pond.close();
}

/** Merges the live files into one and commits that with the actions of an OPTIMIZE. Returns the table's new version. */
async function optimize(directory: string, codec: string, options: { readonly leave: number }): Promise<number> {
  const disk = openHostDisk(directory);
  const { files, version } = (await openTable(disk))!;
  const merged = [...files.values()].slice(options.leave);
  const path = `part-00000-${randomUUID()}.parquet`;
  const database = await openDatabase();
  const connection = await database.connect();
  try {
    const from = literalList(merged.map((file) => join(directory, file.path)));
    await connection.rows(
      `COPY (SELECT * FROM read_parquet(${from})) TO ${literal(join(directory, path))} (FORMAT parquet, CODEC ${literal(codec)})`,
    );
  } finally {
    connection.close();
    database.close();
  }
  const outcome = commitVersion(disk, commitNumber(version + 1), {
    commitInfo: { txnId: randomUUID(), operation: 'OPTIMIZE', engineInfo: 'delta-rs:py-1.2.0' },
    removes: merged.map((file) => ({ path: file.add.path, dataChange: false, deletionTimestamp: Date.now() })),
    adds: [
      {
        path,
        partitionValues: {},
        size: statSync(join(directory, path)).size,
        modificationTime: Date.now(),
        dataChange: false,
      },
    ],
  });
  assert.deepEqual(outcome, { committed: true });
  for (const file of merged) disk.remove(file.path);
  return version + 1;
}

async function countsOf(pond: Pond): Promise<readonly unknown[]> {
  const counts: unknown[] = [];
  for (const table of ['pond.nodes', 'pond.entries', 'pond.commits']) {
    for (const at of [undefined, '3']) {
      const sql = `SELECT count(*) FROM ${table}`;
      const { resultId, rowCount } = await engine.run(pond, { sql, ...(at === undefined ? {} : { at }) });
      counts.push([table, at, (await engine.rows(resultId, 0, rowCount)).columns]);
      await engine.release(resultId);
    }
  }
  return counts;
}

async function seen(directory: string) {
  const pond = await openPond(directory, { mode: 'read' });
  const found = { state: await pondState(pond), problems: await pond.check(), counts: await countsOf(pond) };
  await pond.close();
  return found;
}

async function ponds(t: TestContext): Promise<string> {
  const directory = join(temporaryFolder(t), 'test.pond');
  await makePond(directory);
  return directory;
}

for (const codec of ['zstd', 'gzip', 'brotli', 'lz4', 'lz4_raw', 'snappy', 'uncompressed']) {
  test(`every version and the history stay the same when the files are rewritten with ${codec}`, async (t) => {
    const directory = await ponds(t);
    const expected = await seen(directory);
    assert.deepEqual(expected.problems, []);
    const version = await optimize(directory, codec, { leave: 0 });
    assert.deepEqual(await seen(directory), expected);

    const pond = await openPond(directory, { mode: 'write' });
    const { foreignCommits } = await pond.status();
    assert.deepEqual(foreignCommits, [{ version, operation: 'OPTIMIZE', engine: 'delta-rs:py-1.2.0' }]);
    await (await pond.fs.root()).writeFile('/more', bytesOf('more'));
    await pond.commit({ message: 'more', author: 'test' });
    assert.deepEqual(await pond.check(), []);
    await pond.close();
  });
}

test('some of the files can be rewritten, repeatedly', async (t) => {
  const directory = await ponds(t);
  const expected = await seen(directory);
  await optimize(directory, 'zstd', { leave: 3 });
  assert.deepEqual(await seen(directory), expected);
  await optimize(directory, 'gzip', { leave: 1 });
  assert.deepEqual(await seen(directory), expected);
});
