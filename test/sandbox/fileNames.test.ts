/** Names of files that say nothing about the host, in whatever a query could reach if the analysis let it through. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { literal, sql } from '../../server/src/duckdb/sql.ts';
import { readingOf } from '../../server/src/sandbox/formats.ts';
import { FileNames } from '../../server/src/sandbox/fileNames.ts';
import { QuerySandbox } from '../../server/src/sandbox/querySandbox.ts';
import { type SandboxSpec, viewOf } from '../../server/src/sandbox/sources.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';

const temporary = makeTemporaryDirectory('duckpond-test');
const started = process.cwd();
after(() => {
  process.chdir(started);
  temporary.remove();
});

const hostPath = join(temporary.path, 'secret-place', 'blob');
openHostDisk(temporary.path).makeDirectory('secret-place');
openHostDisk(temporary.path).makeDirectory('process');
writeFileSync(hostPath, 'a,b\n1,x\n');
// As the query process does.
process.chdir(join(temporary.path, 'process'));

const reading = readingOf('file', 'x.csv')!;
const files = [{ hostPath, sizeBytes: 8, pondPath: '/x.csv', reading }];
const history = sql`CREATE VIEW pond.nodes AS FROM read_csv(${literal(hostPath)})`;
const spec: SandboxSpec = {
  files,
  tables: [],
  views: [viewOf({ name: '/x.csv', index: 0, files }), { sql: history, index: undefined, path: undefined }],
  tablesKey: '',
};
const settings = { openDisk: openHostDisk, inputDirectory: 'inputs', spillDirectory: 'spill' };

/** All that a query says, be it rows or an error. */
async function said(sandbox: QuerySandbox, query: string, explain?: string): Promise<string> {
  const texts: string[] = [];
  try {
    const stream = await sandbox.query({ query, explain });
    for (let chunk = await stream.next(); chunk !== undefined; chunk = await stream.next()) {
      texts.push(chunk.getRows().map(String).join('\n'));
    }
  } catch (error) {
    assert.ok(isPondError(error), String(error));
    texts.push(JSON.stringify(error.toPlain()));
  }
  return texts.join('\n');
}

test('no query says where its files are', async (t) => {
  const sandbox = await QuerySandbox.open(spec, settings);
  t.after(() => sandbox.close());
  const link = 'inputs/0/blob';
  for (const [query, expected, explain] of [
    ['FROM "/x.csv"', /x/],
    ['FROM pond.nodes', /x/],
    ['SELECT sql FROM duckdb_views() WHERE NOT internal', /inputs\/0\/blob/],
    ["SELECT pg_get_viewdef(oid) FROM pg_class WHERE relname IN ('/x.csv', 'nodes')", /inputs\/0\/blob/],
    [`FROM read_text('${link}')`, /inputs\/0\/blob/],
    [`SELECT reverse(filename) FROM read_csv('${link}')`, /bolb\/0\/stupni/],
    [`FROM read_csv('${link}', columns = {'a': 'INT', 'b': 'INT'})`, /"path":"\/x.csv"/],
    [`FROM parquet_metadata('${link}')`, /\/x.csv/],
    ["SELECT json_serialize_plan('SELECT current_setting(''temp_directory'')', optimize := true)", /spill/],
    ['FROM "/x.csv"', /READ_CSV/, 'EXPLAIN'],
    ['FROM "/x.csv"', /READ_CSV/, 'EXPLAIN (ANALYZE, FORMAT json)'],
    ["FROM duckdb_settings() WHERE name NOT IN ('allowed_paths', 'allowed_directories')", /temp_directory,spill/],
  ] as const) {
    const text = await said(sandbox, query, explain);
    assert.match(text, expected, query);
    assert.ok(!text.includes(temporary.path), `${query}: ${text}`);
  }
});

test('the names of files go with the sandbox, and the files stay', async () => {
  const sandbox = await QuerySandbox.open(spec, settings);
  assert.ok(existsSync('inputs/0/blob'));
  sandbox.close();
  assert.ok(!existsSync('inputs'));
  assert.equal(readFileSync(hostPath, 'utf8'), 'a,b\n1,x\n');
});

test('a missing folder is an error that the next attempt can mend, and leaves nothing', async () => {
  const missing = [{ ...files[0]!, hostPath: join(temporary.path, 'gone', 'blob') }];
  const broken = {
    ...spec,
    files: [...files, ...missing],
    views: [viewOf({ name: '/x.csv', index: 0, files: missing })],
  };
  await assert.rejects(QuerySandbox.open(broken, settings), { code: 'storage-failed' });
  assert.ok(!existsSync('inputs'));
});

test('content costs no link of its own, and no name is the pattern or the beginning of another', () => {
  const inputs = new FileNames('many', openHostDisk);
  const store = join(temporary.path, 'store [g*]');
  const hash = (index: number): string => String(index).padStart(64, '0');
  const paths = [
    ...Array.from({ length: 1000 }, (_, index) => join(store, `${index % 100}`.padStart(2, '0'), hash(index))),
    ...['part-1.parquet', 'a=1.parquet', 'g*', 'a,b', "it's"].map((name) => join(store, name)),
  ];
  openHostDisk(store).makeDirectory('');
  for (const path of paths.slice(1000)) writeFileSync(path, '');
  const names = paths.map((path) => inputs.nameOf(path));
  assert.deepEqual(
    paths.map((path) => inputs.nameOf(path)),
    names,
  );
  assert.deepEqual(inputs.names, names);
  assert.equal(new Set(names).size, paths.length);
  assert.match(names[0]!, /^many\/0\/00\/0{64}$/);
  for (const name of names) assert.match(name, /^[\w/.=-]+$/);
  // One for the content, and one for each name that a pattern could be.
  assert.deepEqual(readdirSync('many').sort(), ['0', '1', '2', '3']);
  inputs.close();
});

test('where no link can be made, files have the names of the host', () => {
  const inputs = new FileNames('linkless', openHostDisk, () => false);
  const other = join(temporary.path, 'a [b', 'c,d.csv');
  assert.deepEqual(
    [hostPath, other, hostPath].map((path) => inputs.nameOf(path)),
    [hostPath, other, hostPath],
  );
  assert.deepEqual(inputs.names, [hostPath, other]);
  inputs.close();
  assert.ok(!existsSync('linkless'));
});
