/** Results of resources that read text files: all rows unchanged, or an error that names the file. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { isPondError } from '../../server/src/base/error.ts';
import { newPondHost } from '../support/commandHost.ts';

/**
 * A pond with files, a Derive for each call, and a Combine of all. Returns the result of a query as CSV, or its error's
 * message.
 */
async function pondOf(t: TestContext, files: Readonly<Record<string, string | Uint8Array>>, calls: readonly string[]) {
  const { folder, run } = await newPondHost(t);
  const directory = join(folder, 'in');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  const collections = calls.map(
    (call, index) => `    - {name: c${index}, pattern: /in/*, query: ${JSON.stringify(`SELECT * FROM ${call}`)}}\n`,
  );
  const document = (kind: string, spec: string): string =>
    `apiVersion: duckpond/v1\nkind: ${kind}\nname: x\ndesc: test\nspec:\n${spec}`;
  const text = [
    document('Derive', `  collections:\n${collections.join('')}`),
    document('Combine', '  scopes:\n    - {name: all, series: [{pattern: "/in/*"}]}\n'),
    document(
      'Reduce',
      '  collections:\n    - {name: all, resolutions: [1d], datasets: [{in_pattern: "/in/*", out_pattern: all}]}\n',
    ),
  ].join('---\n');
  await run('import', { sources: [directory], path: '/' });
  const { problems } = await run('apply', { sources: [{ text, origin: 'pipeline.yaml' }], directory: folder });
  assert.ok(!problems.some(({ severity }) => severity === 'error'));
  return async (sql: string): Promise<string> => {
    try {
      return (await run('queryToText', { sql, format: 'csv' })).text;
    } catch (error) {
      assert.ok(isPondError(error));
      return error.message;
    }
  };
}

const combined = "FROM '/Combine/x/all/combine'";

test('numbers are not rounded to the type of the first rows', async (t) => {
  const rows = Array.from({ length: 25_000 }, (_, i) => `${i},0`).join('\n');
  const ask = await pondOf(t, { 'rain.csv': `Timestamp,Rain\n${rows}\n25000,0.2\n` }, [
    "read_csv('$1')",
    "read_csv('$1', header = true)",
    "'$1'",
  ]);
  for (const index of [0, 1, 2]) {
    assert.match(await ask(`SELECT max(Rain) FROM '/Derive/x/c${index}/rain.csv'`), /^[^\n]*\n0\.2\n$/);
  }
  assert.match(await ask(`SELECT max(Rain) ${combined}`), /\n0\.2\n/);
  assert.match(await ask(`SELECT max("Rain.max") FROM '/Reduce/x/all/all/res=1d'`), /\n0\.2\n/);
});

test('rows above a second header are read by the names of both', async (t) => {
  const sections = 'Timestamp,T\n1,10.1\n2,10.2\nTimestamp,T,DO\n3,10.4,8.1\n';
  const ask = await pondOf(t, { 'a.csv': sections }, [
    "read_csv('$1')",
    "read_csv('$1', delim = ',', header = true)",
    "read_csv('$1', null_padding = true, all_varchar = true)",
    "read_csv('$1', skip = 3)",
  ]);
  const rows = /^Timestamp,T,DO\n1,10\.1,\n2,10\.2,\n3,10\.4,8\.1\n$/;
  for (const index of [0, 1, 2]) assert.match(await ask(`FROM '/Derive/x/c${index}/a.csv'`), rows);
  assert.match(await ask("SELECT count(*) FROM '/Derive/x/c3/a.csv'"), /\n1\n$/);
  assert.match(await ask(`SELECT count(T), count("DO") ${combined}`), /\n3,1\n$/);
  assert.match(await ask(`SELECT "T.max", "DO.max" FROM '/Reduce/x/all/all/res=1d'`), /\n10\.4,8\.1\n$/);
});

test('rows that begin with # are not skipped', async (t) => {
  const calls = ["read_csv('$1')", "read_csv('$1', delim = ',', header = true)"];
  const ask = await pondOf(t, { 'b.csv': 'Timestamp,x\n1,a\n#2,b\n' }, calls);
  for (const index of [0, 1]) {
    assert.match(await ask(`SELECT count(*) FROM '/Derive/x/c${index}/b.csv'`), /\n2\n$/);
  }
  assert.match(await ask(combined), /\/in\/b\.csv: no time column: Timestamp is VARCHAR/);
});

test('a truncated compressed file is not read as a shorter file', async (t) => {
  const whole = gzipSync(`Timestamp,x\n${Array.from({ length: 5000 }, (_, i) => `${i},${i * 7919}`).join('\n')}\n`);
  const ask = await pondOf(t, { 'a.csv.gz': whole.subarray(0, whole.length >> 1) }, ["read_csv('$1')", "'$1'"]);
  for (const path of ['/Derive/x/c0/a.csv.gz', '/Derive/x/c1/a.csv.gz', '/Combine/x/all/combine']) {
    assert.match(await ask(`FROM '${path}'`), /\/in\/a\.csv\.gz cannot be read: the compressed file is cut short/);
  }
});

test('keys that first occur late in JSON become columns', async (t) => {
  const rows = Array.from({ length: 25_000 }, (_, i) => `{"Timestamp":${i},"v":1}`).join('\n');
  const ask = await pondOf(t, { 'a.ndjson': `${rows}\n{"Timestamp":25000,"v":2.5,"late":7}\n` }, [
    "read_json('$1')",
    "read_ndjson('$1', union_by_name = true)",
    "'/in/*.ndjson'",
  ]);
  for (const index of [0, 1, 2]) {
    assert.match(await ask(`SELECT max(v), sum(late) FROM '/Derive/x/c${index}/a.ndjson'`), /\n2\.5,7\n$/);
  }
});

test('dates have one order in all files of a pattern, or the order must be given', async (t) => {
  const files = { '05.csv': 'Timestamp,x\n02/05/2026,5\n', '13.csv': 'Timestamp,x\n02/13/2026,13\n' };
  const ask = await pondOf(t, files, ["read_csv('$1', header = true)", "read_csv('$1', dateformat = '%m/%d/%Y')"]);
  assert.match(await ask(`SELECT min(Timestamp)::DATE ${combined}`), /\n2026-02-05\n$/);
  assert.match(await ask("SELECT Timestamp FROM '/Derive/x/c1/05.csv'"), /\n2026-02-05/);
  assert.match(await ask("FROM '/Derive/x/c0/05.csv'"), /"02\/05\/2026" in column "Timestamp" can be read day first/);
});
