/** Tables of files and of queries, as the editor opens them. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type OpenedTableInfo, type TableView } from '../../server/src/protocol/commands.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';

const everything: TableView = { sort: [], filters: [] };

/** The rows of a view, at most a thousand. */
async function rowsOf(host: PondHost, { source }: OpenedTableInfo, view = everything): Promise<unknown> {
  const { columns } = await host.run('tableRows', { source, view, start: 0, count: 1000 });
  return (columns[0] ?? []).map((_, row) => columns.map((column) => column[row]));
}

const document = `apiVersion: duckpond/v1
kind: Derive
name: series
desc: Readings
spec:
  collections:
    - name: all
      pattern: /a.csv
      query: SELECT x, y FROM read_csv('$1')
`;

test('tables of every kind of file open with their columns, and Parquet files are read in place', async (t) => {
  const host = await newPondHost(t);
  const expected = [
    ['1', 'one'],
    ['2', null],
  ];
  await host.run('write', textFile('/a.csv', 'x,y\n1,one\n2,\n'));
  await host.run('write', textFile('/a.tsv', 'x\ty\n1\tone\n2\t\n'));
  await host.run('write', textFile('/a.json', '[{"x": 1, "y": "one"}, {"x": 2}]'));
  await host.run('write', textFile('/a.ndjson', '{"x": 1, "y": "one"}\n{"x": 2}\n'));
  await host.run('apply', { sources: [{ text: document, origin: 'series.yaml' }], directory: host.folder });
  const sql = 'FROM "/a.csv"';
  for (const format of ['parquet', 'arrow', 'xlsx'] as const) {
    const { source } = await host.run('openTable', { table: { sql } });
    await host.run('saveTable', { source, view: everything, format, path: `/b.${format}`, overwrite: false });
  }
  for (const path of ['/a.csv', '/a.tsv', '/a.json', '/a.ndjson', '/b.parquet', '/b.arrow', '/b.xlsx']) {
    const table = await host.run('openTable', { table: { path } });
    assert.deepEqual(
      table.columns.map(({ name }) => name),
      ['x', 'y'],
      path,
    );
    assert.deepEqual(await rowsOf(host, table), expected, path);
    assert.equal('path' in table.source, path.startsWith('/b.'), path);
    assert.equal((await host.run('tableCount', { source: table.source, view: everything })).rowCount, 2, path);
  }
  const derived = await host.run('openTable', { table: { path: '/Derive/series/all/a.csv' } });
  assert.deepEqual([derived.source, await rowsOf(host, derived)], [{ path: '/Derive/series/all/a.csv' }, expected]);
  await host.run('commit', { message: 'tables' });
  await host.run('write', textFile('/a.csv', 'x,y\n3,three\n'));
  assert.deepEqual(
    await rowsOf(host, await host.run('openTable', { table: { path: '/a.csv' }, at: 'HEAD' })),
    expected,
  );
  assert.deepEqual(await rowsOf(host, await host.run('openTable', { table: { path: '/a.csv' } })), [['3', 'three']]);
  await assert.rejects(host.run('openTable', { table: { path: '/c.csv' } }), (error: unknown) =>
    isPondError(error, 'not-found'),
  );
});

test('a file whose column is named as DuckDB numbers rows is read in full', async (t) => {
  const host = await newPondHost(t);
  const { source } = await host.run('openTable', { table: { sql: 'SELECT 7 AS "File_Row_Number", 8 AS x' } });
  await host.run('saveTable', { source, view: everything, format: 'parquet', path: '/a.parquet', overwrite: false });
  const table = await host.run('openTable', { table: { path: '/a.parquet' } });
  assert.ok('resultId' in table.source);
  assert.deepEqual(await rowsOf(host, table), [['7', '8']]);
});

test('the first rows of a long result are read before the others, and what needs all rows waits for them', async (t) => {
  const host = await newPondHost(t);
  // The failure is beyond the rows that DuckDB computes ahead of its reader.
  const failing = "CASE WHEN range = 900000 THEN error('broken' || range) END AS y";
  const sql = `SELECT range AS x, ${failing} FROM range(1000000)`;
  const broken = await host.run('openTable', { table: { sql } });
  assert.equal(broken.rowCount, null);
  const { columns } = await host.run('tableRows', { source: broken.source, view: everything, start: 0, count: 3 });
  assert.deepEqual(columns[0], ['0', '1', '2']);
  const counted = host.run('tableCount', { source: broken.source, view: everything });
  await assert.rejects(counted, (error: unknown) => isPondError(error, 'query-failed') && /broken/.test(error.message));
  // A result that is released while its rows are kept makes room for the next query.
  const endless = await host.run('openTable', { table: { sql: 'SELECT a.range FROM range(3000000000) a' } });
  if (!('resultId' in endless.source)) throw new Error('expected a result');
  await host.run('release', { resultId: endless.source.resultId });
  const short = await host.run('openTable', { table: { sql: 'SELECT 1 AS one' } });
  assert.equal(short.rowCount, 1);
});

const view: TableView = {
  sort: [{ column: 'name', descending: true }],
  filters: [{ column: 'n', kind: 'values', values: ['1', '3', null] }],
};
const selected = [
  ["it's", '3'],
  ['b', null],
  ['a "quoted" one', '1'],
];

test('the query of a view returns its rows, whatever its names and values are', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile(`/it's "one".csv`, 'n,name\n1,"a ""quoted"" one"\n2,c\n3,it\'s\n,b\n'));
  const file = await host.run('openTable', { table: { path: `/it's "one".csv` } });
  const { source } = await host.run('openTable', { table: { sql: `FROM "/it's ""one"".csv"` } });
  const columns = ['name', 'n'];
  const found = [
    await host.run('tableSql', { source, view, columns, sql: `FROM "/it's ""one"".csv"; -- all` }),
    await host.run('tableSql', { source: file.source, view, columns, sql: `FROM "/it's ""one"".csv"` }),
  ];
  const { columns: direct } = await host.run('tableRows', { source, view, columns, start: 0, count: 9 });
  assert.deepEqual(direct, [selected.map(([name]) => name), selected.map(([, n]) => n)]);
  for (const { sql } of found)
    assert.deepEqual(await rowsOf(host, await host.run('openTable', { table: { sql } })), selected, sql);
});

test('the query of a view of an earlier version reads that version', async (t) => {
  const host = await newPondHost(t);
  const { source: one } = await host.run('openTable', { table: { sql: 'SELECT 1 AS n' } });
  await host.run('saveTable', {
    source: one,
    view: everything,
    format: 'parquet',
    path: '/t.parquet',
    overwrite: false,
  });
  await host.run('commit', { message: 'one' });
  const { source } = await host.run('openTable', { table: { path: '/t.parquet' }, at: '1' });
  await host.run('remove', { paths: ['/t.parquet'], recursive: false });
  const { sql } = await host.run('tableSql', { source, view: everything });
  assert.deepEqual(await rowsOf(host, await host.run('openTable', { table: { sql } })), [['1']], sql);
});

/** A signal that is aborted when a step is reported. */
function abortedAt(step: string): { readonly signal: AbortSignal; readonly progress: (message: string) => void } {
  const controller = new AbortController();
  return { signal: controller.signal, progress: (message) => void (message === step && controller.abort()) };
}

test('an export reports the rows that are selected, and those that are written with their share', async (t) => {
  const host = await newPondHost(t);
  const { source } = await host.run('openTable', { table: { sql: 'SELECT range AS n FROM range(20000)' } });
  const view = { sort: [], filters: [] };
  const reported: (readonly [message: string, done: number, total: number | undefined])[] = [];
  const progress = (message: string, done: number, total?: number): void => void reported.push([message, done, total]);
  for (const format of ['arrow', 'csv'] as const)
    await host.run('exportTable', { source, view, format, file: join(host.folder, `out.${format}`) }, { progress });
  const path = '/out.arrow';
  await host.run('saveTable', { source, view, format: 'arrow', path, overwrite: false }, { progress });
  const count = (pattern: RegExp): number => reported.filter(([message]) => pattern.test(message)).length;
  assert.equal(count(/^selecting rows$/), 3);
  assert.ok(count(/^[\d,]+ rows selected$/) >= 3);
  assert.equal(count(/^writing 20,000 rows$/), 3);
  // Within the writing of a file by DuckDB, only a slow one reports.
  assert.ok(count(/^0 of 20,000 rows written, 0 %$/) >= 2);
  for (const [message, done, total] of reported)
    assert.ok(done >= 0 && done <= (total ?? 0), `${message}: ${done} of ${total}`);
});

test('a view is exported to the host and into the pond in every format', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/a.csv', 'n,name\n1,"a ""quoted"" one"\n2,c\n3,it\'s\n,b\n'));
  const { source } = await host.run('openTable', { table: { path: '/a.csv' } });
  const columns = ['name', 'n'];
  for (const format of ['csv', 'json', 'ndjson', 'parquet', 'arrow', 'xlsx'] as const) {
    const path = `/out.${format}`;
    const saved = await host.run('saveTable', { source, view, columns, format, path, overwrite: false });
    assert.equal(saved.rowCount, 3, format);
    assert.deepEqual(await rowsOf(host, await host.run('openTable', { table: { path } })), selected, format);
    await assert.rejects(
      host.run('saveTable', { source, view, columns, format, path, overwrite: false }),
      (error: unknown) => isPondError(error, 'already-exists'),
    );
    const file = join(host.folder, `out.${format}`);
    await host.run('exportTable', { source, view, columns, format, file });
    const { size } = await host.run('stat', { path });
    assert.equal(readFileSync(file).length, size, format);
  }
  // A failure leaves the file as it was.
  const kept = join(host.folder, 'kept.csv');
  writeFileSync(kept, 'kept');
  const wrong: TableView = { sort: [{ column: 'gone', descending: false }], filters: [] };
  await assert.rejects(host.run('exportTable', { source, view: wrong, format: 'csv', file: kept }), /gone/);
  assert.equal(readFileSync(kept, 'utf8'), 'kept');
  // Each step is reported, and can be cancelled: the file stays, and nothing is staged.
  for (const step of ['selecting rows', 'writing 3 rows']) {
    const params = { source, view, format: 'csv' } as const;
    const staged = { ...params, path: '/new.csv', overwrite: false };
    const isCancelled = (error: unknown): boolean => isPondError(error, 'cancelled');
    await assert.rejects(host.run('exportTable', { ...params, file: kept }, abortedAt(step)), isCancelled, step);
    await assert.rejects(host.run('saveTable', staged, abortedAt(step)), isCancelled, step);
  }
  assert.equal(readFileSync(kept, 'utf8'), 'kept');
  await assert.rejects(host.run('stat', { path: '/new.csv' }), (error: unknown) => isPondError(error, 'not-found'));
  const inside = join(host.pond, 'x.csv');
  await assert.rejects(host.run('exportTable', { source, view, format: 'csv', file: inside }), (error: unknown) =>
    isPondError(error, 'invalid-path'),
  );
});

test('a text that is a table once its format is stated names that format when it is opened; no other file does', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/met.dat', 'time;air\n2024-05-01;10,5\n2024-05-02;11,5\n'));
  await host.run('write', textFile('/empty.dat', ''));
  const offered = async (table: { readonly path: string } | { readonly sql: string }): Promise<unknown> =>
    await host.run('openTable', { table }).then(
      () => assert.fail('it opened'),
      (error: unknown) => isPondError(error, 'query-invalid') && [error.path, error.formats],
    );
  assert.deepEqual(await offered({ path: '/met.dat' }), ['/met.dat', [{ delimiter: ';' }]]);
  assert.deepEqual(await offered({ path: '/empty.dat' }), ['/empty.dat', undefined]);
  assert.deepEqual(await offered({ sql: 'FROM "/met.dat"' }), ['/met.dat', undefined]);
  await host.run('setFormat', { path: '/met.dat', options: { delimiter: ';' } });
  assert.deepEqual(await rowsOf(host, await host.run('openTable', { table: { path: '/met.dat' } })), [
    ['2024-05-01', '10.5'],
    ['2024-05-02', '11.5'],
  ]);
});
