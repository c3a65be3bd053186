/** Reader functions in queries: a call is a table of pond files with its own reading, and reaches nothing else. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type PondError } from '../../server/src/base/error.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTestPond, type TestPond } from './testPond.ts';

let made: TestPond;
let engine: QueryEngine;

const files: Readonly<Record<string, string | Uint8Array>> = {
  '/r/logger.dat': 'Logger 7\nserial 12\nt;v\n1;2,5\n2;3,5\n',
  '/r/a.csv': 't,v\n1,10\n',
  '/r/b.csv': 't,v,w\n2,20,x\n',
  "/r/it's (1).csv": 't\n7\n',
  '/r/large.csv': 't,v\n1,999\n',
  '/r/old.txt': '1|2\n3|4\n',
  '/r/lines.log': '{"t":1}\n{"t":2,"u":"x"}\n',
  '/r/array.data': '[{"t":1},{"t":3}]',
  '/r/packed.bin.gz': gzipSync('t\n1\n5\n'),
  '/r/note.md': 'water',
  '/r/copy.md': 'water',
};

before(async () => {
  made = await makeTestPond();
  engine = new QueryEngine({ openDisk: openHostDisk });
  await made.root.createDirectory('/r');
  for (const [path, content] of Object.entries(files)) await made.root.writeFile(path, Buffer.from(content));
});
after(async () => {
  await engine.close();
  await made.close();
});

async function rowsOf(sql: string): Promise<(string | null)[][]> {
  const { resultId, rowCount } = await engine.run(made.pond, { sql });
  const { columns } = await engine.rows(resultId, 0, rowCount);
  await engine.release(resultId);
  return Array.from({ length: rowCount }, (_, row) => columns.map((column) => column[row] ?? null));
}

function reads(sql: string, expected: (string | null)[][]): void {
  test(`reads ${sql}`, async () => assert.deepEqual(await rowsOf(sql), expected));
}

/** The position of the error is that of `^` in the SQL. */
function refuses(marked: string, code: string, message: RegExp): void {
  test(`refuses ${marked}`, async () => {
    const before = marked.slice(0, marked.indexOf('^')).split('\n');
    const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
    await assert.rejects(rowsOf(marked.replace('^', '')), (error: PondError) => {
      assert.equal(error.code, code, error.stack);
      assert.match(error.message, message);
      assert.deepEqual(error.position, position, error.message);
      return true;
    });
  });
}

const logger = `read_csv('/r/logger.dat', skip = 2, delim = ';', decimal_separator = ',')`;
reads(`SELECT sum(v) FROM ${logger}`, [['6.0']]);
reads(`SELECT x.v FROM ${logger} AS x(t, v) JOIN read_csv('/r/a.csv') AS a USING (t)`, [['2.5']]);
reads(`FROM READ_CSV_AUTO('/r/a.csv', header := true, all_varchar => true)`, [['1', '10']]);
reads(`SELECT t, v, w FROM read_csv(['/r/a.csv', '/r/b.csv']) ORDER BY t`, [
  ['1', '10', null],
  ['2', '20', 'x'],
]);
reads(`SELECT count(*), sum(v) FROM read_csv('/r/[ab].csv', union_by_name = true)`, [['2', '30']]);
reads(`SELECT filename, t FROM read_csv('/r/[ab].csv', filename = true) ORDER BY t`, [
  ['/r/a.csv', '1'],
  ['/r/b.csv', '2'],
]);
reads(`FROM read_csv('/r/it''s (1).csv')`, [['7']]);
reads(`FROM read_csv('/r/old.txt', delim = '|', header = false, names = ['p', 'q']) ORDER BY p`, [
  ['1', '2'],
  ['3', '4'],
]);
reads(
  `SELECT (SELECT count(*) FROM read_csv('/r/old.txt', delim = '|', header = true)),
          (SELECT count(*) FROM read_csv('/r/old.txt', delim = '|', header = false))`,
  [['1', '2']],
);
reads(`SELECT sum(t) FROM read_csv('/r/packed.bin.gz')`, [['6']]);
reads(`FROM read_ndjson('/r/lines.log') ORDER BY t`, [
  ['1', null],
  ['2', 'x'],
]);
reads(`SELECT sum(t) FROM read_json('/r/array.data')`, [['4']]);
reads(`SELECT count(*) FROM read_json('/r/lines.log', format = 'newline_delimited')`, [['2']]);
reads(`SELECT filename, content, size FROM read_text('/r/*.md') ORDER BY filename`, [
  ['/r/copy.md', 'water', '5'],
  ['/r/note.md', 'water', '5'],
]);
reads(`SELECT content FROM read_blob('/r/note.md')`, [['water']]);
reads(`SELECT 'read_csv(''/x'')' AS a, "read_csv('/x')" FROM (SELECT 2 AS "read_csv('/x')")`, [
  ["read_csv('/x')", '2'],
]);
reads(`PIVOT read_csv('/r/a.csv') ON t USING sum(v) GROUP BY v`, [['10', '10']]);
reads(`WITH x AS (FROM read_csv('/r/a.csv')) SELECT v FROM x -- read_csv('/none')`, [['10']]);

refuses(`SELECT 1 FROM ^read_csv('/etc/passwd')`, 'not-found', /no file is at \/etc\/passwd/);
refuses(`FROM ^read_text(['/r/note.md', '/etc/passwd'])`, 'not-found', /\/etc\/passwd/);
refuses(`FROM ^read_text('/../../../../etc/hostname')`, 'path-escapes', /etc\/hostname/);
refuses(`FROM ^read_text('/r')`, 'is-a-directory', /\/r is a directory/);
refuses(`FROM ^read_csv('relative.csv')`, 'query-forbidden', /read_csv\(\)/);
refuses(`FROM ^read_csv(['/r/a.csv', 'b.csv'])`, 'query-forbidden', /read_csv\(\)/);
refuses(`FROM ^read_csv('/r/' || 'a.csv')`, 'query-forbidden', /read_csv\(\)/);
refuses(`FROM ^read_csv(E'/r/a.csv')`, 'query-forbidden', /read_csv\(\)/);
refuses(`FROM ^read_csv($1)`, 'query-forbidden', /read_csv\(\)/);
refuses(`FROM ^sniff_csv('/r/a.csv')`, 'query-forbidden', /sniff_csv\(\)/);
refuses(`FROM system.main.^read_csv('/r/a.csv')`, 'query-forbidden', /only as a table/);
refuses(`SELECT ^read_text('/r/note.md') FROM "/r/a.csv"`, 'query-forbidden', /only as a table/);
refuses(`FROM ^read_csv('/r/a.csv', store_rejects = true)`, 'query-invalid', /store_rejects/);
refuses(`FROM ^read_csv('/r/a.csv', skip = (SELECT 1))`, 'query-invalid', /skip/);
refuses(`FROM ^read_parquet('/r/a.csv', skip = 1)`, 'query-invalid', /skip/);
refuses(`FROM ^read_json('/r/array.data', columns = {t: 'INT'})`, 'query-invalid', /columns/);
refuses(`SELECT 1,\n ^nothing FROM read_csv('/r/a.csv')`, 'query-invalid', /nothing/);
refuses(`SELECT 'é'\nFROM read_csv(\n  '/r/a.csv',\n  header = true\n) WHERE ^nothing = 1`, 'query-invalid', /nothing/);
refuses(`FROM read_csv\n('/r/a.csv') AS a, ^"/r/none.csv"`, 'not-found', /none/);
refuses(`COPY (FROM read_csv('/r/a.csv')) TO '/tmp/x'`.replace('COPY', '^COPY'), 'query-forbidden', /COPY/);

test('a refused function that shows how files are read names the command that does', async () => {
  for (const name of ['sniff_csv', 'parquet_schema']) {
    await assert.rejects(rowsOf(`FROM ${name}('/r/a.csv')`), { code: 'query-forbidden', hint: /pond describe/ });
  }
});

test("an error of DuckDB's own conversion names the file, the line and the value", async () => {
  await assert.rejects(rowsOf(`FROM read_csv('/r/[bl]*.csv', types = {'v': 'TINYINT'})`), (error: PondError) => {
    assert.equal(error.code, 'invalid-content');
    assert.match(error.message, /^\/r\/large\.csv cannot be read: .* Line: 2\n[^]*"999" to 'TINYINT'$/);
    return true;
  });
});
