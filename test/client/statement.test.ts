import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statementAt, statements } from '../../client/vscode/statement.ts';

/** `|` in `text` is the cursor; `expected` is the statement that runs, undefined for none. */
function check(text: string, expected: string | undefined): void {
  const offset = text.indexOf('|');
  const sql = text.replace('|', '');
  const found = statementAt(sql, offset);
  assert.equal(found?.text, expected, text);
  if (found !== undefined) assert.equal(sql.slice(found.start, found.start + found.text.length), found.text);
}

test('the statement at the cursor runs', () => {
  check('SELECT 1; SEL|ECT 2; SELECT 3', 'SELECT 2');
  check('|SELECT 1; SELECT 2', 'SELECT 1');
  check('SELECT 1;\nSELECT 2|', 'SELECT 2');
});

test('after a semicolon on its line, and on an empty line below, the statement before runs', () => {
  check('SELECT 1;|\nSELECT 2;', 'SELECT 1');
  check('SELECT 1; |', 'SELECT 1');
});

test('above all statements the first runs, below all the last', () => {
  check('|\n\nSELECT 1; SELECT 2', 'SELECT 1');
  check('SELECT 1; SELECT 2;\n\n|', 'SELECT 2');
});

test('a text without a statement has none', () => {
  check('|', undefined);
  check('-- only; a comment|', undefined);
  check(';;|;', undefined);
});

test('a semicolon in a string, a name, a comment or a dollar quote does not end a statement', () => {
  const sql = `SELECT ';', 'it''s;', "a;b", $$x;y$$, $t$;$t$ -- c;\n /* d; */ FROM t`;
  assert.deepEqual(
    statements(sql).map(({ text }) => text),
    [sql],
  );
});

test('an unfinished string extends to the end', () => {
  assert.deepEqual(
    statements("SELECT 1; SELECT 'open; SELECT 2").map(({ text }) => text),
    ['SELECT 1', "SELECT 'open; SELECT 2"],
  );
});
