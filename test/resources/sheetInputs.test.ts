/** Sheets of Excel workbooks as inputs of resources: the only one, or the one that a pattern names. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { newPondHost } from '../support/commandHost.ts';
import { number, row, text, workbook } from '../support/workbook.ts';

const dateAndTime = 2;

/** Rows of times of Excel and readings. */
function readings(...rows: readonly (readonly [day: number, value: number])[]): string {
  const cells = rows.map(([day, value]) => row(number(day, dateAndTime), number(value)));
  return [row(text('Timestamp'), text('T')), ...cells].join('');
}

/** A pond with workbooks in /in and resources; `ask` returns the result of a query as CSV, or its error's message. */
async function pondOf(t: TestContext, files: Readonly<Record<string, Uint8Array>>, specs: readonly string[]) {
  const { folder, run } = await newPondHost(t);
  const directory = join(folder, 'in');
  mkdirSync(directory);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  await run('import', { sources: [directory], path: '/' });
  const documents = specs.map((spec) => {
    const [, kind, rest] = /^(\w+)\n([^]*)$/.exec(spec) ?? [];
    return `apiVersion: duckpond/v1\nkind: ${kind}\nname: x\ndesc: test\nspec:\n${rest}`;
  });
  const sources = [{ text: documents.join('---\n'), origin: 'pipeline.yaml' }];
  const { problems } = await run('apply', { sources, directory: folder });
  assert.deepEqual(
    problems.map(({ message }) => message),
    [],
  );
  const ask = async (sql: string): Promise<string> => {
    try {
      return (await run('queryToText', { sql, format: 'csv' })).text;
    } catch (error) {
      assert.ok(isPondError(error));
      return error.message;
    }
  };
  return { ask, run };
}

const derive = (...collections: readonly string[]): string => `Derive\n  collections:\n${collections.join('')}`;
const combine = (...patterns: readonly string[]): string => {
  return `Combine\n  scopes:\n    - {name: all, series: [${patterns.map((pattern) => `{pattern: "${pattern}"}`).join(', ')}]}\n`;
};
const reduce = (pattern: string, output: string): string =>
  `Reduce\n  collections:\n    - {name: all, resolutions: [1d], datasets: [{in_pattern: "${pattern}", out_pattern: ${output}}]}\n`;

test('workbooks of one sheet are inputs of Derive, Combine and Reduce', async (t) => {
  const files = {
    'a.xlsx': await workbook({ Data: readings([46054.25, 1.5], [46054.5, 2.5]) }),
    'b.xlsx': await workbook({ Data: readings([46055, 4]) }),
  };
  const { ask } = await pondOf(t, files, [
    derive(`    - {name: c, pattern: "/in/*", query: "FROM '$1'"}\n`),
    combine('/in/*'),
    reduce('/in/*', 'all'),
  ]);
  const derived = 'Timestamp,T\n2026-02-01 06:00:00,1.5\n2026-02-01 12:00:00,2.5\n';
  assert.equal(await ask("FROM '/Derive/x/c/a.xlsx'"), derived);
  assert.match(await ask("SELECT count(*), sum(T) FROM '/Combine/x/all/combine'"), /\n3,8\.0\n$/);
  const reduced = `SELECT "a.xlsx.T.max", "b.xlsx.T.max" FROM '/Reduce/x/all/all/res=1d' ORDER BY "Timestamp"`;
  assert.match(await ask(reduced), /\n2\.5,\n,4\n$/);
});

test('a pattern names the sheet of its workbooks in Derive, Combine, Reduce and Query', async (t) => {
  const [early, late] = [readings([46054.25, 1.5], [46054.5, 2.5]), readings([46055, 4])];
  const files = {
    'a.xlsx': await workbook({ Raw: early, 'Lab 2 {x}': late }),
    'b.xlsx': await workbook({ Raw: late, 'Lab 2 {x}': readings([46056, 8]) }),
  };
  const { ask } = await pondOf(t, files, [
    derive(
      `    - {name: raw, pattern: "/in/*.xlsx#Raw", query: "FROM '$1'"}\n`,
      `    - {name: path, pattern: "/in/a.xlsx#raw", query: "SELECT T, '$1' AS path FROM '$1' LIMIT 1"}\n`,
      `    - {name: joined, pattern: "/in/a.xlsx#Raw", query: 'SELECT (SELECT sum(T) FROM "$1") AS own, (SELECT sum(T) FROM "/in/*.xlsx#Lab 2 {x}") AS lab'}\n`,
    ),
    combine('/in/a.xlsx#Raw', '/in/*.xlsx#Lab 2 \\\\{x}'),
    reduce('/in/*.xlsx#Raw', '$0'),
    'Query\n  queries:\n    - {name: q, inputs: [{name: r, pattern: "/in/*.xlsx#Raw"}], query: "SELECT sum(T) AS total FROM r"}\n',
  ]);
  assert.match(await ask("SELECT count(*), sum(T) FROM '/Derive/x/raw/*.xlsx'"), /\n3,8\.0\n$/);
  assert.equal(await ask("FROM '/Derive/x/path/a.xlsx'"), 'T,path\n1.5,"/in/a.xlsx#raw"\n');
  assert.equal(await ask("FROM '/Derive/x/joined/a.xlsx'"), 'own,lab\n4.0,12\n');
  assert.match(await ask("SELECT count(*), sum(T) FROM '/Combine/x/all/combine'"), /\n4,16\.0\n$/);
  assert.match(await ask(`SELECT "T.max" FROM '/Reduce/x/all/b/res=1d'`), /\n4\n$/);
  assert.equal(await ask("FROM '/Query/x/q/result'"), 'total\n8.0\n');
});

test('a sheet that a workbook does not have, several sheets without a name, and a file with the whole name', async (t) => {
  const files = {
    'a.xlsx': await workbook({ One: readings([46054, 1]), Two: readings([46055, 2]) }),
    'a.xlsx#One': await workbook({ Other: readings([46056, 7]) }),
  };
  const { ask, run } = await pondOf(t, files, [
    derive(
      ...['a.xlsx', 'a.xlsx#Three', 'a.xlsx#Two', '*.xlsx#Two'].map(
        (name, at) => `    - {name: c${at}, pattern: "/in/${name}", query: "SELECT T FROM '$1'"}\n`,
      ),
      `    - {name: bytes, pattern: "/in/a.xlsx#One", query: "SELECT size > 0 AS stored FROM read_blob('$1')"}\n`,
    ),
  ]);
  assert.match(
    await ask("FROM '/Derive/x/c0/a.xlsx'"),
    /a\.xlsx cannot be read as Excel: it has several sheets: "One", "Two"/,
  );
  assert.match(await ask("FROM '/Derive/x/c1/a.xlsx'"), /it has no sheet "Three"; its sheets are "One", "Two"/);
  assert.equal(await ask("FROM '/Derive/x/c2/a.xlsx'"), 'T\n2\n');
  assert.equal(await ask("FROM '/Derive/x/c3/a.xlsx'"), 'T\n2\n');
  assert.equal(await ask("FROM '/Derive/x/bytes/a.xlsx#One'"), 'stored\ntrue\n');
  const [described] = await run('describe', { paths: ['/in/a.xlsx#Two'] });
  assert.deepEqual([described?.rowCount, described?.reader], [1, 'xlsx']);
  await assert.rejects(run('describe', { paths: ['/in/a.xlsx#Three'] }), { code: 'invalid-content' });
});
