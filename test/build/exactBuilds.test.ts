/** Rows that a query of a document computes have the same values in the Parquet file that stores them. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { newPondHost } from '../support/commandHost.ts';
import { userBuilds } from '../support/userBuilds.ts';

const { builder, build, failure, stations } = userBuilds();
const path = stations.name;

/** [SQL of a value, its type in the file, its text there]. */
const values: readonly (readonly [sql: string, type: string, text: string])[] = [
  ['sum(9007199254740993 * id)', 'DECIMAL(38,0)', '27021597764222979'],
  ['170141183460469231::HUGEINT * 1000000000', 'DECIMAL(38,0)', '170141183460469231000000000'],
  ["TIMESTAMP '2026-01-01 00:00:00.000001' - TIMESTAMP '2025-12-31'", 'VARCHAR', '1 day 00:00:00.000001'],
  ["TIMETZ '01:02:03+05:30'", 'VARCHAR', '01:02:03+05:30'],
  ['{a: [sum(id)]}', 'STRUCT(a DECIMAL(38,0)[])', "{'a': [3]}"],
  ['array_value(sum(id)::INT, NULL)', 'INTEGER[]', '[3, NULL]'],
  [`to_json(path) || '{}'`, 'VARCHAR', `"${path}"{}`],
];
for (const [sql, type, text] of values) {
  for (const from of ["read_csv('$1')", "(SELECT *, '$1' AS path FROM '$1')"]) {
    if (sql.includes('path') && !from.includes('path')) continue;
    test(`the value of ${sql} from ${from} is in the file`, async () => {
      const target = await build(
        `SELECT ${sql} AS v, count(*) FROM ${from} ${sql.includes('path') ? 'GROUP BY path' : ''}`,
      );
      const rows = await builder().run({
        statements: [`SELECT replace(typeof(v), '"', ''), v::VARCHAR FROM read_parquet('${target}')`],
        reads: [target],
      });
      assert.deepEqual(rows, [[type, text]]);
    });
  }
}

test('an integer of 39 digits, which no Parquet file has, fails the build', async () => {
  const { code, message } = await failure("SELECT 170141183460469231731687303715884105727 AS v FROM '$1'");
  assert.equal(code, 'query-failed');
  assert.match(message, /170141183460469231731687303715884105727.*DECIMAL\(38,0\)/);
});

test('ids of 20 digits stay as they are in queries, imported tables and derived files', async (t) => {
  const { folder, run } = await newPondHost(t);
  const [first, second] = ['89014103211118510720', '89014103211118510721'];
  writeFileSync(
    join(folder, 'modems.csv'),
    `Timestamp,iccid\n2026-01-01 00:00:00,${first}\n2026-01-01 01:00:00,${second}\n`,
  );
  const text = `apiVersion: v1\nkind: Derive\nname: x\ndesc: t\nspec:\n  collections: [{ name: c, pattern: /*.csv, query: "FROM '$1'" }]\n`;
  await run('apply', { sources: [{ text, origin: 'f' }], directory: folder });
  await run('makeDirectory', { path: '/stored' });
  await run('import', { sources: [join(folder, 'modems.csv')], path: '/' });
  await run('import', { sources: [join(folder, 'modems.csv')], path: '/stored', as: 'series' });
  for (const path of ['/modems.csv', '/Derive/x/c/modems.csv', '/stored/modems']) {
    const found = await run('queryToText', { sql: `SELECT iccid FROM "${path}"`, format: 'csv' });
    assert.equal(found.text, `iccid\n${first}\n${second}\n`, path);
  }
});
