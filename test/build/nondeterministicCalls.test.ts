import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usesInputPath } from '../../server/src/build/inputSql.ts';
import { nondeterministicCall } from '../../server/src/build/nondeterministicCalls.ts';
import { testConnection } from '../support/connection.ts';
import { anySql } from '../support/anySql.ts';

const connection = await testConnection();

for (const [sql, word] of [
  ["SELECT random() FROM '$1'", 'random'],
  ["SELECT NOW ( ) - date FROM '$1'", 'NOW'],
  ["SELECT a FROM '$1' WHERE date < current_date", 'current_date'],
  ["SELECT current_timestamp::DATE AS x FROM '$1'", 'current_timestamp'],
  ["SELECT age(born) FROM '$1'", 'age'],
  ["SELECT ago(INTERVAL 1 DAY) FROM '$1'", 'ago'],
  ['SELECT "uuid"() FROM \'$1\'', '"uuid"'],
  ["FROM '$1' USING SAMPLE 10%", 'SAMPLE'],
  ["FROM '$1' TABLESAMPLE reservoir(20)", 'TABLESAMPLE'],
  ["SELECT a, -- now()\n localtime FROM '$1'", 'localtime'],
] as const) {
  test(`rows that differ each time: ${sql}`, () => {
    const found = nondeterministicCall(sql);
    assert.equal(found && sql.slice(found.start, found.end), word);
  });
}

for (const sql of [
  "SELECT random, now, today, uuid FROM '$1'",
  "SELECT 'now()', \"random()\" FROM '$1' /* now() */ -- random()",
  "SELECT age(died, born), age(died, greatest(a, b)) FROM '$1'",
  "SELECT t.current_date FROM '$1' t",
  "SELECT x AS current_date FROM '$1' ORDER BY current_date",
  'SELECT "current_date" FROM \'$1\' WHERE current_date > 1',
  "SELECT * EXCLUDE (localtime), localtime + 1 FROM '$1'",
  'SELECT * FROM \'$1\' JOIN "/b.csv" USING (localtime) WHERE localtime > 1',
  "SELECT {current_date: a} FROM '$1'",
  "FROM '$1' USING SAMPLE reservoir(50 ROWS) REPEATABLE (100)",
  "FROM '$1' USING SAMPLE 10% (bernoulli, 377)",
  "SELECT sample, samples FROM '$1'",
  "SELECT epoch(date), date_trunc('day', t), to_timestamp(x) FROM '$1'",
]) {
  test(`the same rows each time: ${sql}`, () => assert.equal(nondeterministicCall(sql), undefined));
}

test('every nondeterministic DuckDB function without parameters is known', async () => {
  const sql = `SELECT DISTINCT function_name FROM duckdb_functions()
    WHERE stability <> 'CONSISTENT' AND len(parameters) = 0 AND function_type = 'scalar' ORDER BY 1`;
  const names = (await connection.rows(anySql(sql))).map(([name]) => String(name));
  assert.ok(names.length > 10);
  // These are the same for every query, or are not allowed in one.
  const others = ['current_database', 'current_query', 'current_schema'];
  assert.deepEqual(
    names.filter((name) => nondeterministicCall(`SELECT ${name}() FROM '$1'`) === undefined),
    others,
  );
});

/** Half the maximum length of a document: quadratic time would exceed that of the test. */
const lengthMax = 131_072;
for (const part of [
  'age(',
  'age(a,',
  '(age(1)',
  '[',
  "'",
  '"',
  '/*',
  '$a$',
  "read_csv('$1',",
  'TABLESAMPLE ',
  "e'\\'",
]) {
  test(`a long text of ${part} is scanned once`, { timeout: 60_000 }, () => {
    const sql = part.repeat(lengthMax / part.length);
    const closed = sql + ')'.repeat(sql.split('(').length - 1);
    for (const text of [sql, closed]) {
      nondeterministicCall(text);
      usesInputPath(text);
    }
  });
}
test('age with one argument is found among others, at any depth', () => {
  assert.equal(nondeterministicCall(`SELECT ${'age(1, '.repeat(500)}age(t)${')'.repeat(500)}`)?.start, 7 + 7 * 500);
  assert.equal(nondeterministicCall(`SELECT age(f(a, b), c), age((SELECT 1, 2), [3, 4])`), undefined);
});
