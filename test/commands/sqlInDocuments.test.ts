/** Names in the queries of resource documents: what is offered while one is typed, and what one means. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { type SqlNameAtInfo, type SqlNameInfo } from '../../server/src/protocol/commands.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';

async function newLevels(t: TestContext): Promise<PondHost> {
  const host = await newPondHost(t);
  await host.run('makeDirectory', { path: '/wells', parents: true });
  await host.run('write', textFile('/wells/a.csv', 'station,level m\nA,1.5\n'));
  await host.run('write', textFile('/wells/b.csv', 'station,depth\nB,2.5\n'));
  await host.run('write', textFile('/air.csv', 'time,celsius\n2026-01-01,3.5\n'));
  return host;
}

/** A Derive over the wells, whose lines from `query:` on are given. */
const derive = (...query: readonly string[]): string =>
  [
    'kind: Derive',
    'name: x',
    'spec:',
    '  collections:',
    '    - name: all',
    '      pattern: /wells/*.csv',
    ...query,
  ].join('\n');

/** A Query over two inputs. */
const twoInputs = (...query: readonly string[]): string =>
  [
    ...['kind: Query', 'name: x', 'spec:', '  queries:', '    - name: all', '      inputs:'],
    ...['        - { name: wells, pattern: /wells/* }', '        - { name: air, pattern: /air.csv }'],
    ...query,
  ].join('\n');

/** The text before and after the mark `¦`. */
function parts(marked: string): { readonly text: string; readonly offset: number } {
  return { text: marked.replace('¦', ''), offset: marked.indexOf('¦') };
}

type Offered = { readonly word: string } & Partial<Record<SqlNameInfo['kind'], readonly string[]>>;

/**
 * The begun word at the mark and the offered names by kind; undefined outside of queries. Functions and keywords are
 * left out.
 */
async function offered(host: PondHost, marked: string): Promise<Offered | undefined> {
  const { text, offset } = parts(marked);
  const found = await host.run('completeSql', { text, offset, isDocument: true });
  if (found === null) return undefined;
  const byKind: Partial<Record<SqlNameInfo['kind'], string[]>> = {};
  for (const { kind, text: name } of found.names)
    if (kind !== 'function' && kind !== 'keyword') (byKind[kind] ??= []).push(name);
  return { word: text.slice(found.start, offset), ...byKind };
}

/** What the name at the mark means, with the characters of the name. */
async function meant(host: PondHost, marked: string): Promise<unknown> {
  const { text, offset } = parts(marked);
  const found: SqlNameAtInfo | null = await host.run('sqlNameAt', { text, offset, isDocument: true });
  if (found === null) return undefined;
  const { start, end, ...name } = found;
  return { at: text.slice(start, end), ...name };
}

test('in a Derive, the columns are those of the first matched file', async (t) => {
  const host = await newLevels(t);
  const columns = ['station', '"level m"'];
  assert.deepEqual(await offered(host, derive('      query: |', '        SELECT st¦', "        FROM '$1'")), {
    word: 'st',
    column: columns,
  });
  assert.deepEqual(await offered(host, derive('      query: |-', "        FROM read_csv('$1')", '        ¦')), {
    word: '',
    column: columns,
  });
  assert.deepEqual(await offered(host, derive("      query: SELECT * FROM '¦'")), { word: '', table: ['$1'] });
  assert.deepEqual((await offered(host, derive("      query: FROM '$1' JOIN \"/wells/¦")))?.file, [
    '/wells/a.csv',
    '/wells/b.csv',
  ]);
});

test('in a Derive, the columns are those that its format gives', async (t) => {
  const host = await newLevels(t);
  const format = '      format: { header: false, names: [well, "water m"] }';
  const columns = ['well', '"water m"'];
  for (const from of ["'$1'", "read_csv('$1')"]) {
    const lines = ['      query: |', '        SELECT w¦', `        FROM ${from}`];
    assert.deepEqual((await offered(host, derive(format, ...lines)))?.column, columns);
    // A format with errors counts as none.
    const unknown = derive('      format: { heading: false }', ...lines);
    assert.deepEqual((await offered(host, unknown))?.column, ['station', '"level m"']);
  }
  const named = derive(format, '      query: |', "        SELECT we¦ll FROM '$1'");
  assert.deepEqual(await meant(host, named), {
    at: 'well',
    path: '/wells/a.csv',
    column: { name: 'well', type: 'VARCHAR' },
  });
});

test('in a Query, the inputs are tables, and their columns follow their names and aliases', async (t) => {
  const host = await newLevels(t);
  const query = (text: string): string => twoInputs('      query: |', `        ${text}`);
  const wells = ['station', '"level m"', 'depth'];
  const both = [...wells, 'time', 'celsius'];
  assert.deepEqual(await offered(host, query('SELECT ¦')), { word: '', table: ['wells', 'air'], column: both });
  assert.deepEqual(await offered(host, query('FROM air SELECT ¦')), {
    word: '',
    table: ['wells', 'air'],
    column: ['time', 'celsius'],
  });
  assert.deepEqual(await offered(host, query('SELECT Wells.de¦ FROM wells')), { word: 'de', column: wells });
  assert.deepEqual(await offered(host, query('SELECT a.¦ FROM wells, air AS a')), {
    word: '',
    column: ['time', 'celsius'],
  });
});

test('in quotes of YAML, names are escaped, and escapes before them are counted', async (t) => {
  const host = await newLevels(t);
  const double = derive(String.raw`      query: "SELECT \"x\", le¦ FROM '$1'"`);
  assert.deepEqual(await offered(host, double), { word: 'le', column: ['station', String.raw`\"level m\"`] });
  const single = derive("      query: 'SELECT ''x'', le¦ FROM \"/wells/a.csv\"'");
  assert.deepEqual(await offered(host, single), { word: 'le', column: ['station', '"level m"'] });
});

test('a block without text yet, and an empty line at its end, are part of the query', async (t) => {
  const host = await newLevels(t);
  const all = { word: '', table: ['wells', 'air'], column: ['station', '"level m"', 'depth', 'time', 'celsius'] };
  assert.deepEqual(await offered(host, twoInputs('      query: |', '        ¦')), all);
  assert.deepEqual(
    (await offered(host, twoInputs('      query: |', '        FROM air', '', '        ¦', '')))?.column,
    ['time', 'celsius'],
  );
  // Less indented, a line is the next key.
  assert.equal(await offered(host, twoInputs('      query: |', '        FROM air', '      ¦')), undefined);
});

test('outside of queries, and in folded text, nothing is offered', async (t) => {
  const host = await newLevels(t);
  for (const marked of [
    derive('      query: >', '        SELECT ¦'),
    derive('      que¦ry: |', '        SELECT 1'),
    derive('      query: |', '        SELECT 1', '  ¦'),
    derive('      query: |', '        SELECT 1', '      # ¦'),
    derive('      format: { dates: "¦" }'),
    'kind: Other\nspec:\n  query: SELECT ¦\n',
    '¦',
  ])
    assert.equal(await offered(host, marked), undefined, marked);
});

test('the name of an input, an alias, a path and a column say what they mean', async (t) => {
  const host = await newLevels(t);
  const query = (text: string): string => twoInputs('      query: |', `        ${text}`);
  const wells = { path: '/wells/a.csv', pattern: '/wells/*' };
  assert.deepEqual(await meant(host, query('FROM w¦ells')), { at: 'wells', ...wells });
  assert.deepEqual(await meant(host, query('SELECT w¦.depth FROM wells AS w')), undefined);
  assert.deepEqual(await meant(host, query('SELECT ¦w.depth FROM wells AS w')), { at: 'w', ...wells });
  const depth = { at: 'depth', ...wells, column: { name: 'depth', type: 'DOUBLE' } };
  assert.deepEqual(await meant(host, query('SELECT w.dep¦th FROM air, wells AS w')), depth);
  assert.deepEqual(await meant(host, query('SELECT "level ¦m" FROM wells')), {
    ...{ at: '"level m"', ...wells },
    column: { name: 'level m', type: 'DOUBLE' },
  });
  assert.deepEqual(await meant(host, query('FROM "/air¦.csv"')), { at: '"/air.csv"', path: '/air.csv' });
  assert.deepEqual(await meant(host, derive("      query: FROM '$¦1'")), { at: "'$1'", path: '/wells/a.csv' });
  for (const text of ['SEL¦ECT 1 FROM wells', 'SELECT none¦ FROM wells', "SELECT 'dep¦th' FROM wells", 'FROM "/no¦/*"'])
    assert.equal(await meant(host, query(text)), undefined, text);
});

test('a file of a resource is named by the name of the resource', async (t) => {
  const host = await newLevels(t);
  const document = ['apiVersion: duckpond/v1', 'kind: Derive', 'name: clean', 'desc: Clean', 'spec:', '  collections:'];
  const spec = ['    - { name: all, pattern: /wells/a.csv, query: "FROM \'$1\'" }'];
  const sources = [{ text: [...document, ...spec].join('\n'), origin: 'clean.yaml' }];
  await host.run('apply', { sources, directory: host.folder });
  const inDerive = derive("      query: SELECT stat¦ion FROM '$1'").replace('/wells/*.csv', '/Derive/clean/all/*');
  for (const marked of [
    inDerive,
    twoInputs('      query: SELECT stat¦ion FROM wells').replace('/wells/*', '/Derive/clean/all/*'),
  ]) {
    const { path, displayPath } = (await meant(host, marked)) as Partial<SqlNameAtInfo>;
    assert.match(path ?? '', /^\/Derive\/[0-9a-f-]{36}\/all\/a\.csv$/);
    assert.equal(displayPath, '/Derive/clean/all/a.csv');
  }
});
