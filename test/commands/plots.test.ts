/** Plots of the tables of a pond, and where their rows come from. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type TableView } from '../../server/src/protocol/commands.ts';
import { filesOfRows } from '../../client/vscode/tables/pointFiles.ts';
import { newPondHost, textFile } from '../support/commandHost.ts';

const everything: TableView = { sort: [], filters: [] };

const inbox = (folder: string): string => `apiVersion: duckpond/v1
kind: Inbox
name: stations
desc: Readings
spec:
  pattern: ${folder}/*.csv
`;

const derive = (name: string, pattern: string): string => `apiVersion: duckpond/v1
kind: Derive
name: ${name}
desc: Readings
spec:
  collections:
    - name: all
      pattern: ${pattern}
      query: SELECT * FROM read_csv('$1')
`;

test('a version of a file is plotted from the rows that it had', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/a.csv', 'x,y\n1,10\n2,20\n'));
  const { number } = await host.run('commit', { message: 'first' });
  await host.run('write', { ...textFile('/a.csv', 'x,y\n1,10\n2,20\n3,30\n'), overwrite: true });
  const plot = { kind: 'lines', x: 'x', ys: ['y'], pixels: 100 } as const;
  for (const [at, high] of [
    [undefined, 30],
    [String(number), 20],
  ] as const) {
    const table = { path: '/a.csv' };
    const { source } = await host.run('openTable', { table, ...(at !== undefined && { at }) });
    const plotted = await host.run('tablePlot', { source, view: everything, plot });
    assert.ok(plotted.kind === 'lines');
    assert.equal(plotted.series[0]?.high.at(-1), high);
  }
});

test('the rows of a table have files, with their commits and runs, and the resources that read them', async (t) => {
  const host = await newPondHost(t);
  const folder = join(host.folder, 'in');
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.csv'), 'x,y\n1,2\n');
  const documents = [
    inbox(folder),
    derive('first', '/Inbox/stations/*.csv'),
    derive('second', '/Derive/first/all/*'),
    derive('other', '/notes/*.csv'),
  ];
  const sources = documents.map((text, index) => ({ text, origin: `${index}.yaml` }));
  const { problems } = await host.run('apply', { sources, directory: host.folder });
  assert.deepEqual(problems, []);
  await host.run('commit', { message: 'resources' });
  await host.run('run', {});
  await host.run('write', textFile('/plain.csv', 'x\n1\n'));
  const listed = await host.run('list', { path: '/Inbox/stations/**/*.csv' });
  const path = listed[0]?.path ?? '';
  const sql = `SELECT * FROM "${path}" UNION ALL BY NAME SELECT * FROM "/plain.csv"`;
  const { files, others } = await host.run('tableOrigins', { table: { sql } });
  assert.equal(others, 0);
  const [collected, plain] = files;
  assert.equal(collected?.resource?.title, 'Inbox/stations');
  assert.equal(collected.commit?.operation, 'Inbox/stations');
  assert.deepEqual([collected.isDerived, collected.isStaged], [false, false]);
  assert.deepEqual(
    collected.readBy.map(({ title }) => title),
    ['Derive/first', 'Derive/second'],
  );
  assert.deepEqual([plain?.path, plain?.commit, plain?.isStaged, plain?.readBy], ['/plain.csv', null, true, []]);
  const [derived] = await host.run('list', { path: '/Derive/first/all/*' });
  const origin = (await host.run('tableOrigins', { table: { path: derived?.path ?? '' } })).files[0];
  assert.deepEqual([origin?.isDerived, origin?.commit, origin?.resource?.title], [true, null, 'Derive/first']);
  assert.deepEqual(
    origin?.readBy.map(({ title }) => title),
    ['Derive/second'],
  );
  await assert.rejects(host.run('tableOrigins', { table: { path: '/gone.csv' } }), /gone/);
});

test('rows of a query over several files are traced to their files, where the query has them', async (t) => {
  const host = await newPondHost(t);
  const client: Parameters<typeof filesOfRows>[0] = {
    request: (name, { pond: _pond, ...params }) => host.run(name, params),
  };
  for (const [name, rows] of [
    ['a', '1,10\n2,20\n'],
    ['b', '3,30\n4,40\n'],
    ['c', '4,50\n'],
  ] as const)
    await host.run('write', textFile(`/${name}.csv`, `x,y\n${rows}`));
  const filesAt = async (sql: string, column: string, value: string): Promise<readonly string[] | undefined> => {
    const { source } = await host.run('openTable', { table: { sql } });
    const view: TableView = { sort: [], filters: [{ column, kind: 'compare', operator: '=', value }] };
    const found = await filesOfRows(client, { query: { pond: host.pond, sql }, source, view });
    return found?.map(({ path }) => path);
  };
  assert.deepEqual(await filesAt('SELECT * FROM "/*.csv"', 'x', '2'), ['/a.csv']);
  assert.deepEqual(await filesAt('SELECT * FROM "/*.csv" WHERE y > 10', 'x', '4'), ['/b.csv', '/c.csv']);
  assert.deepEqual(await filesAt('SELECT x AS t, filename FROM "/*.csv"', 't', '3'), ['/b.csv']);
  assert.equal(await filesAt('SELECT x AS t FROM "/*.csv"', 't', '3'), undefined);
  assert.equal(await filesAt('SELECT x, sum(y) FROM "/*.csv" GROUP BY x', 'x', '3'), undefined);
});
