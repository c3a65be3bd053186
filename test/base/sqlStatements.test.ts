import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Connection } from '../../server/src/duckdb/connection.ts';
import { type LockedDatabase, openLockedDatabase } from '../../server/src/duckdb/database.ts';
import { statementAt, statements } from '../../server/src/base/sqlStatements.ts';

/** `|` in `text` is the cursor; `expected` the statement that is run, undefined for none. */
function check(text: string, expected: string | undefined): void {
  const offset = text.indexOf('|');
  const sql = text.replace('|', '');
  const found = statementAt(sql, offset);
  assert.equal(found?.text, expected, text);
  if (found !== undefined) assert.equal(sql.slice(found.start, found.start + found.text.length), found.text);
}

test('the statement that the cursor is in is run', () => {
  check('SELECT 1; SEL|ECT 2; SELECT 3', 'SELECT 2');
  check('|SELECT 1; SELECT 2', 'SELECT 1');
  check('SELECT 1;\nSELECT 2|', 'SELECT 2');
});

test('after a semicolon on its line the statement before is run, on an empty line below too', () => {
  check('SELECT 1;|\nSELECT 2;', 'SELECT 1');
  check('SELECT 1; |', 'SELECT 1');
});

test('above all statements the first is run, below all the last', () => {
  check('|\n\nSELECT 1; SELECT 2', 'SELECT 1');
  check('SELECT 1; SELECT 2;\n\n|', 'SELECT 2');
});

test('a text without a statement has none', () => {
  check('|', undefined);
  check('-- only; a comment|', undefined);
  check(';;|;', undefined);
});

test('a semicolon in a string, a name, a comment or a dollar quote ends nothing', () => {
  const sql = `SELECT ';', 'it''s;', "a;b", $$x;y$$, $t$;$t$ -- c;\n /* d; */ FROM t`;
  assert.deepEqual(
    statements(sql).map(({ text }) => text),
    [sql],
  );
});

const table: readonly (readonly [what: string, sql: string, expected: readonly string[]])[] = [
  ['an escaped quote in an E-string', String.raw`SELECT E'a\';b'; SELECT 2`, [String.raw`SELECT E'a\';b'`, 'SELECT 2']],
  ['a backslash in a plain string', String.raw`SELECT 'a\'; SELECT 2`, [String.raw`SELECT 'a\'`, 'SELECT 2']],
  ['a word before an E-string', String.raw`SELECT 1 AS fe'\'; SELECT 2`, [String.raw`SELECT 1 AS fe'\'`, 'SELECT 2']],
  [
    'dollar quotes with and without a tag',
    'SELECT $$;$a$;$$; SELECT $a$;$$;$a$',
    ['SELECT $$;$a$;$$', 'SELECT $a$;$$;$a$'],
  ],
  ['dollars inside a name', 'SELECT a$$b; SELECT 2', ['SELECT a$$b', 'SELECT 2']],
  ['nested comments', '/* a /* ; */ ; */ SELECT 1; SELECT 2', ['/* a /* ; */ ; */ SELECT 1', 'SELECT 2']],
  ['a quote in a comment', "-- it's\nSELECT 1; SELECT 2", ["-- it's\nSELECT 1", 'SELECT 2']],
  ['a line that a carriage return ends', '-- a\rSELECT 1; SELECT 2', ['-- a\rSELECT 1', 'SELECT 2']],
  ['carriage return and line feed', 'SELECT 1;\r\nSELECT 2;\r\n', ['SELECT 1', 'SELECT 2']],
  ['non-ASCII names', 'SELECT été; SELECT "🌊;" AS 水', ['SELECT été', 'SELECT "🌊;" AS 水']],
  ['an unterminated string', "SELECT 1; SELECT 'open; SELECT 2", ['SELECT 1', "SELECT 'open; SELECT 2"]],
  ['an unterminated E-string', "SELECT 1; SELECT E'open\\'; SELECT 2", ['SELECT 1', "SELECT E'open\\'; SELECT 2"]],
  ['an unterminated name', 'SELECT 1; SELECT "open; SELECT 2', ['SELECT 1', 'SELECT "open; SELECT 2']],
  ['an unterminated dollar quote', 'SELECT 1; SELECT $a$open; $$', ['SELECT 1', 'SELECT $a$open; $$']],
  ['an unterminated comment', 'SELECT 1; SELECT 2 /* /* ; */ ;', ['SELECT 1', 'SELECT 2 /* /* ; */ ;']],
];

for (const [what, sql, expected] of table) {
  test(`statements are split at the right semicolons: ${what}`, () => {
    assert.deepEqual(
      statements(sql).map(({ text }) => text),
      expected,
    );
  });
}

/** Texts that DuckDB parses alone, and what may be between them. */
const queries = [
  'SELECT 1',
  "SELECT ';', 'it''s;'",
  String.raw`SELECT E'\';', e'\\'`,
  "SELECT $$;$$, $t$ ; $$ ' $t$",
  'SELECT 1 AS "a;""b", 2 AS été$1',
  "SELECT /* ; /* ' */ ; */ 1",
  "SELECT 1 -- ; '\n",
  'SELECT 1 -- ; "\r',
  "SELECT x'3b', 1-1, '{\"a\": 1}'::JSON->'a'",
];
const between = ['', ' ', '\n', '\r\n', '/* ; */', '-- ;\n', '\t;', ' ; -- $$\n'];

let locked: LockedDatabase;
before(async () => {
  locked = await openLockedDatabase({ threads: 1, hostPaths: [] });
});
after(() => {
  locked.connection.close();
  locked.database.close();
});

test("a text is split into as many statements as by DuckDB's parser, each of which it takes for one", async () => {
  const { connection } = locked;
  let seed = 11;
  const pick = (texts: readonly string[]): string => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return texts[Math.floor((seed / 2_147_483_648) * texts.length)] ?? '';
  };
  for (let round = 0; round < 400; round++) {
    const count = 1 + (round % 4);
    const sql = Array.from({ length: count }, () => `${pick(between)}${pick(queries)};${pick(between)}`).join('');
    const found = statements(sql);
    assert.equal(found.length, await countOf(connection, sql), JSON.stringify(sql));
    for (const { text } of found) assert.equal(await countOf(connection, text), 1, JSON.stringify(text));
  }
});

async function countOf(connection: Connection, sql: string): Promise<number> {
  return (await connection.statements(sql)).count;
}
