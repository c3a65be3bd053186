/** Errors of the queries in resource documents, before these run. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';

async function newLevels(t: TestContext): Promise<PondHost> {
  const host = await newPondHost(t);
  await host.run('write', textFile('/a.csv', 'day,level\n2026-01-01,1.5\n'));
  await host.run('write', textFile('/broken.csv', 'x,y\n1\n2,3\n4\n'));
  return host;
}

const derive = (query: string, pattern = '/a.csv', more = ''): string =>
  [
    ...['kind: Derive', 'name: x', 'spec:', '  collections:', '    - name: all', `      pattern: ${pattern}`],
    ...[...(more === '' ? [] : [`      ${more}`]), `      query: ${query}`, ''],
  ].join('\n');

const query = (text: string): string =>
  [
    ...['kind: Query', 'name: x', 'spec:', '  queries:', '    - name: all', '      inputs:'],
    ...['        - { name: levels, pattern: /a.csv }', '      query: |', `        ${text}`, ''],
  ].join('\n');

/** The errors of the document: the marked text of each, with the first line of its message. */
async function errors(host: PondHost, text: string): Promise<readonly string[]> {
  const problems = await host.run('checkQueries', { text });
  return problems.map(({ start, end, message }) => `${text.slice(start, end)}: ${message.split('\n', 1)[0] ?? ''}`);
}

test('names, types and syntax that do not fit are at their place in the document', async (t) => {
  const host = await newLevels(t);
  const unknown = 'Referenced column "depth" not found in FROM clause!';
  assert.deepEqual(await errors(host, derive(`|\n        SELECT day,\n          depth\n        FROM '$1'`)), [
    `depth: ${unknown}`,
  ]);
  assert.deepEqual(await errors(host, derive(`"SELECT '$1', \\"depth\\" FROM read_csv('$1')"`)), [
    `\\"depth\\": ${unknown}`,
  ]);
  assert.deepEqual(await errors(host, query('SELECT day, level + day AS sum FROM levels;')), [
    "+: No function matches the given name and argument types '+(DOUBLE, DATE)'. You might need to add explicit type casts.",
  ]);
  assert.deepEqual(await errors(host, query('SELECT day, FROM FROM levels')), ['FROM: syntax error at or near "FROM"']);
  assert.deepEqual(await errors(host, `${derive("SELECT a FROM '$1'")}---\n${query('SELECT b FROM levels')}`), [
    'a: Referenced column "a" not found in FROM clause!',
    'b: Referenced column "b" not found in FROM clause!',
  ]);
});

test('a query is checked with the format that its document gives', async (t) => {
  const host = await newLevels(t);
  const format = 'format: { header: false, names: [x, y] }';
  assert.deepEqual(await errors(host, derive("SELECT x, y FROM '$1'", '/a.csv', format)), []);
  assert.deepEqual(await errors(host, derive("SELECT day FROM '$1'", '/a.csv', format)), [
    'day: Referenced column "day" not found in FROM clause!',
  ]);
});

test('queries that fit, that cannot be bound yet, and errors of files give none', async (t) => {
  const host = await newLevels(t);
  for (const text of [
    derive("SELECT epoch(day)::BIGINT AS Timestamp, level FROM read_csv('$1') ORDER BY 1;"),
    query('SELECT max(level) FROM levels -- the highest'),
    derive("SELECT x FROM '$1'", '/broken.csv'),
    derive("SELECT x FROM '$1'", '/none/*.csv'),
    // How the files are read is in the document, and a template is not expanded yet.
    derive("SELECT x FROM '$1'", '/a.csv', 'format: { header: [x, y] }'),
    derive(`"SELECT {{ column }} FROM '$1'"`),
    'kind: Other\nspec:\n  query: SELEC\n',
  ])
    assert.deepEqual(await errors(host, text), [], text);
});
