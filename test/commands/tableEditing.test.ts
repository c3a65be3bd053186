/** Edits of tables as the editor stages them. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isPondError, type ErrorCode } from '../../server/src/base/error.ts';
import { type TableEdits } from '../../server/src/protocol/commands.ts';
import { temporaryFolder } from '../support/folder.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';

const none: TableEdits = { changed: [], deleted: [], inserted: [] };

const fails = (code: ErrorCode, hint?: RegExp) => (error: unknown) =>
  isPondError(error, code) && (hint === undefined || hint.test(`${error.message} ${error.hint ?? ''}`));

/** Opens a table, and returns the content that its edits are based on. */
async function baseOf(host: PondHost, path: string): Promise<string> {
  const { editing } = await host.run('openTable', { table: { path } });
  assert.ok(editing !== undefined && 'base' in editing, JSON.stringify(editing));
  return editing.base;
}

async function textOf(host: PondHost, path: string, at?: string): Promise<string> {
  const content = await host.run('read', { path, ...(at !== undefined && { at }) });
  return Buffer.from(content instanceof Uint8Array ? content : Buffer.from(content.base64, 'base64')).toString();
}

test('edits are staged like a write, and the old version stays', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/a.csv', 'x,y\n1,one\n2,two\n'));
  await host.run('commit', { message: 'first' });
  const base = await baseOf(host, '/a.csv');
  const edits = { ...none, changed: [{ position: 1, values: [['y', 'deux']] as const }], deleted: [0] };
  const node = await host.run('editTable', { path: '/a.csv', base, edits });
  assert.equal(await textOf(host, '/a.csv'), 'x,y\n2,deux\n');
  assert.equal(node?.size, 11);
  assert.equal(node.base, await baseOf(host, '/a.csv'), 'further edits are of this content');
  const { staged } = await host.run('status', {});
  assert.deepEqual(
    staged.map(({ path, kind }) => [path, kind]),
    [['/a.csv', 'modified']],
  );
  assert.equal(await textOf(host, '/a.csv', 'HEAD'), 'x,y\n1,one\n2,two\n');
  // Another content: edits of the same rows would be those of others.
  await assert.rejects(host.run('editTable', { path: '/a.csv', base, edits }), fails('conflict', /changed since/));
  await assert.rejects(host.run('checkCells', { path: '/a.csv', base, cells: [] }), fails('conflict'));
  assert.equal(await textOf(host, '/a.csv'), 'x,y\n2,deux\n');
});

test('edits of rows that are read otherwise since are refused', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/a.csv', 'x,y\n1,2\n3,4\n'));
  const base = await baseOf(host, '/a.csv');
  await host.run('setFormat', { path: '/a.csv', options: { header: false } });
  const edits = { ...none, deleted: [0] };
  await assert.rejects(host.run('editTable', { path: '/a.csv', base, edits }), fails('conflict'));
});

test('a Parquet table stays what it is, and a failed edit changes nothing', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/a.csv', 'x,y\n1,one\n2,two\n'));
  const { source } = await host.run('openTable', { table: { sql: 'FROM "/a.csv"' } });
  const view = { sort: [], filters: [] };
  await host.run('saveTable', { source, view, format: 'parquet', path: '/b.parquet', overwrite: false });
  const base = await baseOf(host, '/b.parquet');
  const wrong = { ...none, changed: [{ position: 0, values: [['x', 'one']] as const }] };
  const before = await host.run('stat', { path: '/b.parquet' });
  await assert.rejects(
    host.run('editTable', { path: '/b.parquet', base, edits: wrong }),
    fails('invalid-content', /BIGINT/),
  );
  assert.equal((await host.run('stat', { path: '/b.parquet' })).sha256, before.sha256);
  const edits = { ...none, inserted: [{ before: 1, values: [['x', '7']] as const }] };
  await host.run('editTable', { path: '/b.parquet', base, edits });
  const opened = await host.run('openTable', { table: { path: '/b.parquet' } });
  const window = { view: { sort: [{ column: 'x', descending: true }], filters: [] }, start: 0, count: 9 };
  const rows = await host.run('tableRows', { source: opened.source, ...window, positions: true });
  assert.deepEqual(rows.columns, [
    ['7', '2', '1'],
    [null, 'two', 'one'],
  ]);
  assert.deepEqual(rows.positions, [1, 2, 0]);
});

test('tables that cannot be edited say why when they open', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/a.csv', 'x,y\n1,one\n'));
  await host.run('write', textFile('/a.json', '[{"x": 1}]'));
  await host.run('commit', { message: 'first' });
  for (const [table, at, reason] of [
    [{ path: '/a.csv' }, 'HEAD', /old version/],
    [{ path: '/a.json' }, undefined, /Only CSV and Parquet/],
    [{ path: '/*.csv' }, undefined, /one file/],
  ] as const) {
    const { editing } = await host.run('openTable', { table, ...(at !== undefined && { at }) });
    assert.ok(editing !== undefined && 'refused' in editing && reason.test(editing.refused), JSON.stringify(editing));
  }
  assert.equal((await host.run('openTable', { table: { sql: 'SELECT 1' } })).editing, undefined);
  await assert.rejects(
    host.run('editTable', { path: '/a.json', base: '', edits: none }),
    fails('read-only', /Only CSV and Parquet/),
  );
});

test('the edited table is written to another path or a host file, and the table stays', async (t) => {
  const host = await newPondHost(t);
  const folder = temporaryFolder(t);
  await host.run('write', textFile('/a.csv', 'x,y\n1,one\n2,two\n'));
  await host.run('write', textFile('/b.csv', 'other'));
  const base = await baseOf(host, '/a.csv');
  const edits = { ...none, deleted: [0] };
  const file = join(folder, 'edited.csv');
  for (const to of [{ path: '/b.csv' }, { path: '/c.csv' }, { file }])
    await host.run('editTable', { path: '/a.csv', base, edits, to });
  assert.equal(await textOf(host, '/b.csv'), 'x,y\n2,two\n');
  assert.equal(await textOf(host, '/c.csv'), 'x,y\n2,two\n');
  assert.equal(await readFile(file, 'utf8'), 'x,y\n2,two\n');
  assert.equal(await textOf(host, '/a.csv'), 'x,y\n1,one\n2,two\n');
  // A failure leaves both sides as they were.
  const wrong = { ...none, changed: [{ position: 0, values: [['x', 'one']] as const }] };
  for (const to of [{ path: '/b.csv' }, { file }])
    await assert.rejects(host.run('editTable', { path: '/a.csv', base, edits: wrong, to }), fails('invalid-content'));
  await host.run('write', textFile('/a.csv', 'x,y\n5,five\n'));
  await assert.rejects(host.run('editTable', { path: '/a.csv', base, edits, to: { file } }), fails('conflict'));
  assert.equal(await readFile(file, 'utf8'), 'x,y\n2,two\n');
  const inside = { file: join(host.pond, 'edited.csv') };
  await assert.rejects(host.run('editTable', { path: '/a.csv', base, edits, to: inside }), fails('invalid-path'));
});
