import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PondError } from '../../server/src/base/error.ts';
import { queryError } from '../../server/src/duckdb/engineError.ts';
import { runError } from '../../server/src/sandbox/redactHostPaths.ts';
import { testConnection } from '../support/connection.ts';
import { anySql } from '../support/anySql.ts';

const connection = await testConnection({ memoryLimitBytes: 64 * 1024 * 1024 });
await connection.run(anySql('SET errors_as_json = true'));

async function failureOf(sql: string): Promise<PondError> {
  const error: unknown = await connection.rows(anySql(sql)).then(
    () => assert.fail('the SQL was to fail'),
    (reason: unknown) => reason,
  );
  return queryError(error, sql);
}

/** The SQL has a caret '^' before the expected position of the error. */
async function checkPosition(marked: string, code: string, message: RegExp): Promise<void> {
  const before = marked.slice(0, marked.indexOf('^'));
  const error = await failureOf(marked.replace('^', ''));
  const line = before.split('\n').length - 1;
  assert.equal(error.code, code);
  assert.match(error.message, message);
  assert.deepEqual(error.position, { line, character: before.length - (before.lastIndexOf('\n') + 1) });
}

test('a syntax error is query-invalid at its token', () =>
  checkPosition("SELECT 'é😀',\n  (1 ^] 2", 'query-invalid', /syntax error at or near/));
test('a missing column is query-invalid at its name, after characters of two and four bytes', () =>
  checkPosition("SELECT 'é😀', ^nosuch FROM (SELECT 1 AS x)", 'query-invalid', /"nosuch" not found/));
test('a missing table is query-invalid at its name on a later line', () =>
  checkPosition("SELECT 'é'\nFROM\n  ^nosuch", 'query-invalid', /nosuch does not exist/));
test('a missing function is query-invalid at its name', () =>
  checkPosition('SELECT ^nosuch(1)', 'query-invalid', /nosuch does not exist/));
test('a value that cannot be converted is query-failed at the cast', () =>
  checkPosition("SELECT ('a' || x)^::INT FROM range(3) t(x)", 'query-failed', /Could not convert/));

test('an error at the end of the text has the position of the end', () =>
  checkPosition('SELECT 1 WHERE^', 'query-invalid', /end of input/));

test('no error advises to change a setting, which no statement may; texts of values stay', async () => {
  for (const [sql, message] of [
    [`SELECT ${'1+'.repeat(1100)}1`, /^Max expression depth limit of 1000 exceeded\.$/],
    [
      'SELECT (SELECT x FROM range(2) t(x))',
      /^More than one row returned .*subqueries can only return a single row\.?$/,
    ],
    ["SELECT 'Use SET a = 1'::INTEGER", /Could not convert string 'Use SET a = 1' to INT32/],
  ] as const)
    assert.match((await failureOf(sql)).message, message);
});

test('too little memory is query-failed with a hint about the limit', async () => {
  await connection.run(anySql("SET temp_directory = ''"));
  const error = await failureOf('SELECT list(x) FROM range(50000000) t(x)');
  assert.equal(error.code, 'query-failed');
  assert.match(error.hint ?? '', /memory limit/);
});

test('a missing table gets the hint that paths are tables, and no advice on tables of the engine', async () => {
  const error = await failureOf('SELECT * FROM weather');
  assert.equal(error.message, 'Table with name weather does not exist!');
  assert.match(error.hint ?? '', /patterns are tables/);
});

test('a path without quotes gets the hint that it needs them, and no other slash does', async () => {
  const hintOf = async (sql: string): Promise<string | undefined> => (await failureOf(sql)).hint;
  for (const [sql, path] of [
    ['SELECT * FROM /field/sonde.csv LIMIT 1', '/field/sonde.csv'],
    ["SELECT 'é😀 from a/b' FROM field/sonde.csv", 'field/sonde.csv'],
    ['SELECT * FROM (SELECT 1) AS a JOIN /b/*.csv AS b ON true', '/b/*.csv'],
    ['SELECT * FROM range(3) a, /b.csv', '/b.csv'],
  ] as const)
    assert.equal(await hintOf(sql), `A path is the name of a table, in double quotes: "${path}".`, sql);
  for (const sql of ['SELECT 1 / / 2', 'SELECT 1 FROM range(3) WHERE / 2', "SELECT 'FROM /a' /"])
    assert.equal(await hintOf(sql), undefined, sql);
});

test('a full disk is storage-full in every operation', () => {
  const error = queryError(new Error('IO Error: Could not write file "x": No space left on device'), 'SELECT 1');
  assert.equal(error.code, 'storage-full');
  const files = [{ hostPath: '/host/x', pondPath: 'the result' }];
  for (const reason of ['No space left on device', 'Disk quota exceeded']) {
    const ofFile = runError(new Error(`IO Error: Could not write file "/host/x": ${reason}`), 'SELECT 1', files);
    assert.equal(ofFile.code, 'storage-full');
    assert.equal(ofFile.message, `Could not write file "the result": ${reason}`);
  }
  assert.match(error.hint ?? '', /Free some room/);
});

test('an error that is not from DuckDB is query-failed and keeps its cause', () => {
  const cause = new Error('other');
  const error = queryError(cause, 'SELECT 1');
  assert.equal(error.code, 'query-failed');
  assert.equal(error.cause, cause);
});

test('of the signatures that an error lists, ten are shown, and the others are counted', async () => {
  const { message } = await failureOf("SELECT 1.5::DOUBLE + DATE '2026-01-01'");
  const lines = message.split('\n');
  assert.match(lines[0] ?? '', /^No function matches/);
  assert.equal(lines.length, 13);
  assert.match(lines[12] ?? '', /^\t… and \d\d more$/);
  const few = await failureOf('SELECT chr(1, 2, 3)');
  assert.doesNotMatch(few.message, /more$/);
});
