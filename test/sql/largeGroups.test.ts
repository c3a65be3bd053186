import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PondError } from '../../server/src/base/error.ts';
import { literal } from '../../server/src/duckdb/sql.ts';
import { convertJoined } from '../../server/src/sandbox/convertJoined.ts';
import { type WorkerProcess } from '../../server/src/sandbox/workerClient.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { withLargeGroups } from '../../server/src/sql/largeGroups.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { seriesContent } from '../bench/support/longSeries.ts';
import { anySql } from '../support/anySql.ts';
import { testConnection } from '../support/connection.ts';
import { temporaryFolder } from '../support/folder.ts';
import { initPond } from '../support/pond.ts';
import { fails } from '../support/tree.ts';
import { newUserCache } from '../support/userCache.ts';

const connection = await testConnection();
const query = (sql: string) => connection.rows(anySql(sql));
const settings = { memoryLimitBytes: 1e9, threads: 2, openDisk: openHostDisk };
const never = new AbortController().signal;

test('a query over hundreds of versions reads few row groups, and has their rows in order', async (t) => {
  const cache = newUserCache(t);
  const pond = await initPond(join(temporaryFolder(t), 'pond'));
  const engine = new QueryEngine({ openDisk: openHostDisk });
  t.after(async () => {
    await engine.close();
    await pond.close();
  });
  const root = await pond.fs.root();
  await root.backend.batch(async () => {
    for (let at = 0; at < 258; at++) await root.writeFile('/s', seriesContent(at, 1), { type: 'series' });
  });
  const { resultId } = await engine.run(pond, { sql: 'SELECT "Timestamp" FROM "/s"' });
  const { columns } = await engine.rows(resultId, 0, 3000);
  assert.deepEqual(
    columns[0]!.map(Number),
    Array.from({ length: 2580 }, (_, row) => 1_700_000_000 + row * 60),
  );
  const files = readdirSync(cache, { recursive: true, encoding: 'utf8' }).map((name) => join(cache, name));
  const groups: unknown[] = [];
  for (const path of files.filter((each) => statSync(each).size > 10_000)) {
    groups.push(...(await query(`SELECT num_rows, num_row_groups FROM parquet_file_metadata(${literal(path)})`)));
  }
  assert.deepEqual(groups.map(String).sort(), ['2560,1', '2560,256']);
});

test('the values of each type are the same in large row groups, or the file is refused', async (t) => {
  const folder = temporaryFolder(t);
  const columns = await query('DESCRIBE FROM test_all_types()');
  const refused: string[] = [];
  for (const [name] of columns) {
    const [file, target] = [join(folder, `${String(name)} read`), join(folder, String(name))];
    await query(
      `COPY (SELECT "${String(name)}" AS v FROM test_all_types()) TO ${literal(file)} (FORMAT parquet, ROW_GROUP_SIZE 1)`,
    );
    const rows = (path: string) => query(`SELECT v::VARCHAR, typeof(v) FROM read_parquet(${literal(path)})`);
    try {
      await convertJoined(settings, { file, pondPath: '/s', target }, never);
      assert.deepEqual(await rows(target), await rows(file), String(name));
    } catch (error) {
      if (!(error instanceof PondError) || error.code !== 'invalid-content') throw error;
      refused.push(String(name));
    }
  }
  assert.deepEqual(refused, []);
});

test('a file that is refused is read as it is, and tried once', async (t) => {
  newUserCache(t);
  let asked = 0;
  const failing = (code: 'invalid-content' | 'storage-full'): WorkerProcess => {
    const request = () => Promise.reject(new PondError(code, `attempt ${++asked}`));
    return { request } as unknown as WorkerProcess;
  };
  const file = { hostPath: '/joined', sizeBytes: 1, key: 'a key', versions: 256 };
  const read = (worker: WorkerProcess, versions = 256) =>
    withLargeGroups({ worker, openDisk: openHostDisk, signal: undefined }, { ...file, versions }, '/s');
  await fails('storage-full', read(failing('storage-full')));
  assert.deepEqual([await read(failing('invalid-content')), asked], [file, 2]);
  assert.deepEqual([await read(failing('invalid-content')), asked], [file, 2]);
  assert.equal((await read(failing('storage-full'), 255)).hostPath, '/joined');
  assert.equal(asked, 2);
});
