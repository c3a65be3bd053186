import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { literalList } from '../../server/src/duckdb/sql.ts';
import { type HostFile } from '../../server/src/pond/hostFile.ts';
import { readResourceFile } from '../../server/src/resources/resourceFile.ts';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { newCombining, valuesOf, type Combining } from '../support/combining.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { stageResource } from '../support/resourcePond.ts';

/** A query with its inputs by name, and more fields of the document. */
interface GivenQuery {
  readonly inputs: Readonly<Record<string, string>>;
  readonly query: string;
  readonly more?: string;
}

const documentOf = (name: string, { inputs, query, more = '' }: GivenQuery): string => `apiVersion: duckpond/v1
kind: Query
name: ${name}
desc: test
spec:
  queries:
    - name: q
      inputs:
${Object.entries(inputs)
  .map(([table, pattern]) => `        - { name: ${table}, pattern: "${pattern}" }`)
  .join('\n')}
      query: |
        ${query.replaceAll('\n', '\n        ')}
${more === '' ? '' : `      ${more}\n`}`;

/** Queries in a pond of series. */
async function newQuerying(t: TestContext): Promise<
  Combining & {
    stageQuery(given: GivenQuery): Promise<string>;
    files(home: string): Promise<readonly HostFile[]>;
    result(home: string, order?: string): Promise<readonly (readonly unknown[])[]>;
  }
> {
  const combining = await newCombining(t);
  const files = async (home: string): Promise<readonly HostFile[]> => {
    const found = await (await combining.pond.fs.root()).get(`${home}/q/result`);
    assert.ok(found);
    return await combining.pond.hostFiles(found.node);
  };
  return {
    ...combining,
    stageQuery: async (given) => {
      const id = randomUUID();
      return await stageResource(combining.pond, id, documentOf(`q-${id}`, given));
    },
    files,
    result: async (home, order = '1') => {
      const paths = literalList((await files(home)).map(({ hostPath }) => hostPath));
      return await combining.rows(`FROM read_parquet(${paths}, union_by_name = true) ORDER BY ${order}`);
    },
  };
}

test('a query joins its inputs under their names, and is made again when one changes', async (t) => {
  const { write, stageQuery, result } = await newQuerying(t);
  await write('/water', valuesOf(['Timestamp', 'c'], [1, 10], [2, 11]));
  await write('/air/a', valuesOf(['Timestamp', 'c'], [1, 20]));
  await write('/air/b', valuesOf(['Timestamp', 'c'], [2, 30]));
  const query =
    'WITH w AS (FROM water)\nSELECT w."Timestamp" AS t, air.c - w.c AS d -- a comment\nFROM w JOIN air USING ("Timestamp");';
  const home = await stageQuery({ inputs: { water: '/water', air: '/air/*' }, query });
  assert.deepEqual(await result(home), [
    [1, 10],
    [2, 19],
  ]);
  await write('/air/c', valuesOf(['Timestamp', 'c'], [2, 12]));
  assert.deepEqual(await result(home, '1, 2'), [
    [1, 10],
    [2, 1],
    [2, 19],
  ]);
});

test('an error of the query is at its position in the document, and an input without files at its pattern', async (t) => {
  const { write, stageQuery, files } = await newQuerying(t);
  await write('/a', valuesOf(['Timestamp', 'c'], [1, 10]));
  const wrong = await stageQuery({ inputs: { a: '/a' }, query: 'SELECT\n  missing\nFROM a' });
  await assert.rejects(files(wrong), { code: 'query-invalid', position: { line: 11, character: 10 } });
  const empty = await stageQuery({ inputs: { a: '/a', b: '/none/*' }, query: 'FROM a, b' });
  await assert.rejects(files(empty), { code: 'not-found', position: { line: 9, character: 30 } });
  const host = await stageQuery({ inputs: { a: '/a' }, query: "SELECT * FROM read_csv('/etc/passwd'), a" });
  await assert.rejects(files(host), { code: 'query-forbidden' });
});

test('parts see the rows of their period, whole tables without a time, and all columns of all files', async (t) => {
  const { write, stageQuery, files, result } = await newQuerying(t);
  const [january, february, march] = [1_704_067_200, 1_706_745_600, 1_709_251_200];
  await write('/s/a', valuesOf(['Timestamp', 'v'], [january, 1], [february, 2], [february + 60, 3]));
  await write(
    '/s/b',
    valuesOf(['Timestamp', 'v', 'extra'], [march, 0.5, 7]),
    valuesOf(['Timestamp', 'v'], [january + 1, 4]),
  );
  await write('/names', valuesOf(['label'], [1]));
  const query =
    'SELECT min("Timestamp") AS t, sum(v) AS v, max(extra) AS extra, any_value(label) AS label FROM s, names';
  const given = { inputs: { s: '/s/*', names: '/names' }, query, more: 'parts: month\n      time: timestamp' };
  const home = await stageQuery(given);
  const before = await files(home);
  assert.deepEqual(
    (await result(home)).map((row) => row.map((value) => (value === null ? null : Number(value)))),
    [
      [january, 5, null, 1],
      [february, 5, null, 1],
      [march, 0.5, 7, 1],
    ],
  );
  await write('/s/c', valuesOf(['Timestamp', 'v'], [february + 5, 10]));
  const after = await files(home);
  assert.deepEqual(
    after.map(({ key }, i) => key === before[i]?.key),
    [true, false, true],
  );
  assert.equal(Number((await result(home))[1]?.[1]), 15);
});

test('a document is checked: paths in the query, parts without a time, names of tables, changing functions', () => {
  const problemsOf = (given: GivenQuery): readonly string[] =>
    readResourceFile(documentOf('x', given), resourceKinds)[0]!.problems.map(({ code }) => code);
  const inputs = { a: '/a' };
  assert.deepEqual(problemsOf({ inputs, query: 'FROM a' }), []);
  assert.deepEqual(problemsOf({ inputs, query: 'FROM "/b" JOIN a USING (x)' }), ['query-unnamed-input']);
  assert.deepEqual(problemsOf({ inputs, query: 'SELECT now() FROM a' }), ['query-changing']);
  assert.deepEqual(problemsOf({ inputs, query: 'FROM a', more: 'parts: day' }), ['key-missing']);
  assert.deepEqual(problemsOf({ inputs, query: 'FROM a', more: 'time: t' }), ['key-missing']);
  assert.deepEqual(problemsOf({ inputs: { 'a-b': '/a' }, query: 'FROM a' }), ['format-invalid']);
});

for (const seed of seeds(2)) {
  test(`parts together are one statement over all rows, after each change (seed ${seed})`, async (t) => {
    const { write, stageQuery, result, rows } = await newQuerying(t);
    const random = randomOf(seed);
    const unit = ['day', 'month', 'year'][random(3)]!;
    const query = `SELECT "Timestamp" AS t, a.v * 2 AS v, b.w FROM a LEFT JOIN b USING ("Timestamp")`;
    const sources: { a: string[]; b: string[] } = { a: [], b: [] };
    const add = async (name: 'a' | 'b'): Promise<void> => {
      const start = 1_700_000_000 + random(60) * 86_400;
      const select = `SELECT ${start} + i * ${1 + random(200_000)} AS "Timestamp", i + ${random(9)} AS ${name === 'a' ? 'v' : 'w'} FROM range(${1 + random(40)}) t(i)`;
      sources[name].push(select);
      await write(`/${name}/f${random(3)}`, select);
    };
    await add('a');
    await add('b');
    const home = await stageQuery({
      inputs: { a: '/a/*', b: '/b/*' },
      query,
      more: `parts: ${unit}\n      time: Timestamp`,
    });
    for (let step = 0; step < 3; step++) {
      const [a, b] = [sources.a, sources.b].map((selects) => selects.join(' UNION ALL '));
      const expected = await rows(`WITH a AS (${a}), b AS (${b}) ${query} ORDER BY ALL`);
      assert.deepEqual(await result(home, 'ALL'), expected, `step ${step}, ${unit}`);
      await add(random(2) === 0 ? 'a' : 'b');
    }
  });
}
