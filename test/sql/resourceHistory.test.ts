import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { resourceTables } from '../../server/src/resources/tree/resourceHistory.ts';
import { makeTestPond, type TestPond } from './testPond.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';

const [first, second] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
let made: TestPond;
let engine: QueryEngine;

before(async () => {
  made = await makeTestPond();
  engine = new QueryEngine({ openDisk: openHostDisk, historyTables: resourceTables });
});
after(async () => {
  await engine.close();
  await made.close();
});

async function rowsOf(sql: string, at?: string) {
  const { resultId, rowCount, columns } = await engine.run(made.pond, { sql, ...(at === undefined ? {} : { at }) });
  const window = await engine.rows(resultId, 0, rowCount);
  await engine.release(resultId);
  const rows = Array.from({ length: rowCount }, (_, row) => window.columns.map((column) => column[row] ?? null));
  return { rows, types: columns.map(({ name, type }) => `${name} ${type}`) };
}

const runColumns = [
  'kind VARCHAR',
  'name VARCHAR',
  'id VARCHAR',
  'status VARCHAR',
  'started TIMESTAMP WITH TIME ZONE',
  'duration_ms DOUBLE',
  'rows BIGINT',
  'bytes BIGINT',
  'files BIGINT',
  'notes VARCHAR[]',
  'error STRUCT("code" VARCHAR, "message" VARCHAR, "hint" VARCHAR, "path" VARCHAR, "line" BIGINT, "character" BIGINT)',
];

test('a pond without resources has empty tables with typed columns', async () => {
  assert.deepEqual(await rowsOf('FROM pond.runs'), { rows: [], types: runColumns });
  const types = ['kind', 'name', 'id', 'directory'].map((name) => `${name} VARCHAR`);
  assert.deepEqual(await rowsOf('FROM pond.resources'), { rows: [], types });
});

test('resources and their runs are listed as of a version', async () => {
  const { root, pond } = made;
  for (const id of [first, second]) {
    await root.createDirectory(`/Inbox/${id}`, { parents: true });
    await root.writeFile(`/Inbox/${id}/resource.yaml`, Buffer.from('kind: Inbox\n'));
  }
  await root.createSymlink('/Inbox/box', first);
  await root.createDirectory('/Inbox/33333333-3333-4333-8333-333333333333');
  await pond.commit({ message: 'two resources', author: 'test' });
  const ok = { status: 'ok', started: '2024-01-02T03:04:05.678Z', durationMs: 12.5, rows: 3, bytes: 4, files: 1 };
  const records = [
    JSON.stringify({ ...ok, notes: ['one', 'it\'s "two"'], error: null }),
    'no record',
    JSON.stringify({ ...ok, status: 'failed', notes: [], error: { code: 'run-failed', message: 'no', line: 2 } }),
  ];
  await root.writeFile(`/Inbox/${first}/runs.jsonl`, Buffer.from(`${records.join('\n')}\n`));

  const order = 'ORDER BY id';
  assert.deepEqual((await rowsOf(`FROM pond.resources ${order}`)).rows, [
    ['Inbox', 'box', first, `/Inbox/${first}`],
    ['Inbox', null, second, `/Inbox/${second}`],
  ]);
  assert.deepEqual((await rowsOf('SELECT count(*) FROM pond.resources', 'HEAD~1')).rows, [['0']]);
  const sql = `SELECT kind, name, id, status, epoch_ms(started), duration_ms, rows, bytes, files, notes[2], error.code,
    error.line, error.hint FROM pond.runs ORDER BY status DESC`;
  assert.deepEqual((await rowsOf(sql)).rows, [
    ['Inbox', 'box', first, 'ok', '1704164645678', '12.5', '3', '4', '1', 'it\'s "two"', null, null, null],
    ['Inbox', 'box', first, 'failed', '1704164645678', '12.5', '3', '4', '1', null, 'run-failed', '2', null],
  ]);
  assert.deepEqual((await rowsOf('SELECT count(*) FROM pond.runs', 'HEAD')).rows, [['0']]);
  assert.deepEqual((await rowsOf('FROM pond.runs WHERE false')).types, runColumns);
});
