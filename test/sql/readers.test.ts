/** JSON as tables, and the column `filename`: every value arrives, or its file and line are named. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type PondError } from '../../server/src/base/error.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTestPond, type TestPond } from './testPond.ts';

let made: TestPond;
let engine: QueryEngine;
let count = 0;

before(async () => {
  made = await makeTestPond();
  engine = new QueryEngine({ openDisk: openHostDisk });
});
after(async () => {
  await engine.close();
  await made.close();
});

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Writes files into a folder of their own, runs a query in which FOLDER is that folder, and returns the rows. */
async function rowsOf(files: Files, sql: string): Promise<(string | null)[][]> {
  const folder = `/case${(count += 1)}`;
  await made.root.createDirectory(folder);
  for (const [name, content] of Object.entries(files)) {
    await made.root.writeFile(`${folder}/${name}`, typeof content === 'string' ? Buffer.from(content) : content);
  }
  const { resultId, rowCount } = await engine.run(made.pond, { sql: sql.replaceAll('FOLDER', folder) });
  const { columns } = await engine.rows(resultId, 0, rowCount);
  await engine.release(resultId);
  return Array.from({ length: rowCount }, (_, row) =>
    columns.map((column) => column[row]?.replace(folder, 'FOLDER') ?? null),
  );
}

function reads(name: string, files: Files, sql: string, expected: (string | null)[][]): void {
  test(`reads ${name}`, async () => assert.deepEqual(await rowsOf(files, sql), expected));
}

function refuses(name: string, files: Files, sql: string, message: RegExp): void {
  test(`refuses ${name}`, async () => {
    await assert.rejects(rowsOf(files, sql), (error: PondError) => {
      assert.equal(error.code, 'invalid-content', error.message);
      assert.match(error.message, message);
      // Settings of the engine, and its own names of files, help no one here.
      assert.doesNotMatch(error.message, /sample_size|ignore_errors|inputs\//);
      assert.match(error.path ?? '', /^\/case\d+\//);
      return true;
    });
  });
}

const types = (file: string): string =>
  `SELECT string_agg(column_name || ' ' || column_type, ', ') FROM (DESCRIBE FROM "FOLDER/${file}")`;
const many = 21_000;
const log = Array.from({ length: many }, (_, i) => `{"t":${i}}`).join('\n');

const id = 'd9428888-122b-11e1-b85c-61cd3cbb3210';

describe('JSON', () => {
  const late = { 'a.ndjson': `${log}\n{"t":1,"late":0.5}\n`, 'b.ndjson': '{"t":1,"other":true}\n' };
  for (const pattern of ['*.ndjson', 'a.ndjson', '[ba].ndjson']) {
    reads(
      `a key that comes after ${many} objects, from ${pattern}`,
      late,
      `SELECT sum(late) FROM "FOLDER/${pattern}"`,
      [['0.5']],
    );
  }
  const keys = Array.from({ length: 300 }, (_, i) => `"reg_${i}":${i}`).join();
  reads(
    'many keys as columns',
    { 'a.ndjson': `{${keys}}\n` },
    'SELECT reg_299, (SELECT count(*) FROM (DESCRIBE FROM "FOLDER/a.ndjson")) FROM "FOLDER/a.ndjson"',
    [['299', '300']],
  );

  for (const [name, values, type, texts] of [
    ['whole numbers, then decimals', ['1', '2.5'], 'DOUBLE', ['1.0', '2.5']],
    ['an integer over 2^53 among decimals', ['9007199254740993', '0.5'], 'VARCHAR', ['9007199254740993', '0.5']],
    ['20 digits', ['12345678901234567890', '1'], 'UBIGINT', ['12345678901234567890', '1']],
    [
      '20 digits, and a negative number',
      ['12345678901234567890', '-1'],
      'DECIMAL(38,0)',
      ['12345678901234567890', '-1'],
    ],
    ['decimals of 17 digits', ['-0.00012345678901234567', '1.5'], 'DOUBLE', ['-0.00012345678901234567', '1.5']],
    ['a number out of the range of doubles', ['1e400', '1.5'], 'VARCHAR', ['1e400', '1.5']],
    ['NaN', ['NaN', '-Infinity'], 'DOUBLE', ['nan', '-inf']],
    ['the least double', ['2.2250738585072014e-308', '0e-999'], 'DOUBLE', ['2.2250738585072014e-308', '0.0']],
    ['a rounded number in objects', ['{"x":1e400}', '{"x":1.5}'], 'JSON', ['{"x":1e400}', '{"x":1.5}']],
    ['50 digits', ['1'.repeat(50), '1'], 'VARCHAR', ['1'.repeat(50), '1']],
    ['texts among numbers', ['1', '"x y"'], 'VARCHAR', ['1', 'x y']],
    ['T and F', ['"T"', '"F"'], 'VARCHAR', ['T', 'F']],
    [
      'times with offsets, which are in UTC',
      ['"2026-03-29T01:00:00+01:00"', '"2026-03-29T03:00:00-05:30"'],
      'TIMESTAMP',
      ['2026-03-29 00:00:00', '2026-03-29 08:30:00'],
    ],
    [
      'times with offsets and without',
      ['"2026-03-29T01:00:00+01:00"', '"2026-03-29T01:00:00"'],
      'VARCHAR',
      ['2026-03-29T01:00:00+01:00', '2026-03-29T01:00:00'],
    ],
    [
      'times with offsets that no zone has',
      ['"2026-03-29T01:00:00+99:00"', 'null'],
      'VARCHAR',
      ['2026-03-29T01:00:00+99:00', null],
    ],
    [
      'times with offsets and nanoseconds',
      ['"2026-03-29T01:00:00.123456789+01:00"', 'null'],
      'VARCHAR',
      ['2026-03-29T01:00:00.123456789+01:00', null],
    ],
    [
      'times with offsets in lists',
      ['["2026-03-29T01:00:00+01:00"]', '[]'],
      'JSON',
      ['["2026-03-29T01:00:00+01:00"]', '[]'],
    ],
    [
      'times in lists',
      ['["2026-03-29T01:00:00"]', '["2026-03-29T02:00:00"]'],
      'TIMESTAMP[]',
      ["['2026-03-29 01:00:00']", "['2026-03-29 02:00:00']"],
    ],
    ['nulls and a text', ['null', '"a"'], 'VARCHAR', [null, 'a']],
    ['objects among numbers', ['1', '{"x":1}'], 'JSON', ['1', '{"x":1}']],
    ['long integers in lists of decimals', ['[9007199254740993, 0.5]', '[]'], 'JSON', ['[9007199254740993,0.5]', '[]']],
    ['lists of decimals', ['[0.25]', '[1]'], 'DOUBLE[]', ['[0.25]', '[1.0]']],
    [
      'objects with different keys',
      ['{"x":1}', '{"y":2}'],
      'STRUCT(x BIGINT, y BIGINT)',
      ["{'x': 1, 'y': NULL}", "{'x': NULL, 'y': 2}"],
    ],
  ] as const) {
    readsAs({ name, values, type, texts });
  }
});

describe('texts of JSON that are times of day or ids', () => {
  for (const [name, values, type, texts] of [
    ['times of day', ['"01:02:03.000004"', '"1:02"'], 'TIME', ['01:02:03.000004', '01:02:00']],
    [
      'a time of day in nanoseconds',
      ['"01:02:03.000000004"', '"01:02:03"'],
      'VARCHAR',
      ['01:02:03.000000004', '01:02:03'],
    ],
    ['fine times of day in lists', ['["01:02:03.1234567"]', '[]'], 'JSON', ['["01:02:03.1234567"]', '[]']],
    ['ids in lower case', [`"${id}"`, 'null'], 'UUID', [id, null]],
    ['ids in capitals', [`"${id}"`, `"${id.toUpperCase()}"`], 'VARCHAR', [id, id.toUpperCase()]],
    ['ids in capitals in lists', [`["${id.toUpperCase()}"]`, '[]'], 'JSON', [`["${id.toUpperCase()}"]`, '[]']],
    [
      'ids in lower case in objects',
      [`{"i":"${id}","n":"AB"}`, '{}'],
      'STRUCT(i UUID, n VARCHAR)',
      [`{'i': ${id}, 'n': AB}`, "{'i': NULL, 'n': NULL}"],
    ],
  ] as const) {
    readsAs({ name, values, type, texts });
  }
});

/** Values of a key, and how they are read: in one file, and in two files as one table. */
interface ReadValues {
  readonly name: string;
  readonly values: readonly string[];
  readonly type: string;
  readonly texts: readonly (string | null)[];
}

function readsAs({ name, values, type, texts }: ReadValues): void {
  const lines = values.map((value) => `{"v":${value}}\n`);
  const expected = texts.map((text) => [type, text]);
  reads(
    `${name} as ${type}`,
    { 'a.ndjson': lines.join('') },
    'SELECT typeof(v), v::VARCHAR FROM "FOLDER/a.ndjson"',
    expected,
  );
  const files = { 'a.ndjson': lines[0]!, 'b.ndjson': lines[1]! };
  reads(`${name} in two files as ${type}`, files, 'SELECT typeof(v), v::VARCHAR FROM "FOLDER/*.ndjson"', expected);
}

describe('the text of JSON', () => {
  const object = '{"t":1,"é":"\u{1f600}"}';
  const utf16 = Buffer.from(`\ufeff[${object}]`, 'utf16le');
  for (const [name, content] of [
    ['a byte order mark', Buffer.from(`\ufeff[${object}]`)],
    ['UTF-16', utf16],
    ['UTF-16 without a mark', utf16.subarray(2)],
    ['big-endian UTF-16', Buffer.from(utf16).swap16()],
    ['gzip', gzipSync(object)],
    ['a newline after each object', Buffer.from(`${object}\n`)],
  ] as const) {
    const file = name === 'gzip' ? 'a.json.gz' : 'a.json';
    reads(`an object with ${name}`, { [file]: content }, `SELECT t, "é" FROM "FOLDER/${file}"`, [['1', '\u{1f600}']]);
  }
  reads(
    'an empty key in an object, which makes its column JSON',
    { 'a.ndjson': '{"a":1,"o":{"":1,"k":[9007199254740993]}}\n{"a":2,"o":{}}\n' },
    'SELECT typeof(o), o FROM "FOLDER/a.ndjson"',
    [
      ['JSON', '{"":1,"k":[9007199254740993]}'],
      ['JSON', '{}'],
    ],
  );
  reads('keys that differ only in case', { 'a.ndjson': '{"a":1,"A":2}\n' }, types('a.ndjson'), [
    ['a BIGINT, A_1 BIGINT'],
  ]);

  refuses(
    'a cut last line, with the line',
    { 'a.ndjson': '{"a":1}\n{"a":2}\n{"a":' },
    'FROM "FOLDER/a.ndjson"',
    /a\.ndjson.* in line 3: unexpected end/,
  );
  refuses(
    'a cut line under a pattern, with the file',
    { 'a.ndjson': '{"a":1}\n', 'b.ndjson': '{"a":' },
    'FROM "FOLDER/*.ndjson"',
    /b\.ndjson/,
  );
  refuses(
    'lists that are too deep, without advice to change the engine',
    { 'deep.json': `{"a":${'['.repeat(600)}1${']'.repeat(600)}}` },
    'FROM "FOLDER/deep.json"',
    /deep\.json cannot be read: its lists and objects are nested too deeply(?![^]*SET)/,
  );
  refuses(
    'a key that is there twice',
    { 'a.ndjson': '{"a":1,"a":2}\n' },
    'FROM "FOLDER/a.ndjson"',
    /a\.ndjson", in line 1: .* has duplicate key "a"$/,
  );
  refuses(
    'a truncated gzip file',
    { 'a.ndjson.gz': gzipSync(log).subarray(0, 5000) },
    'FROM "FOLDER/a.ndjson.gz"',
    /a\.ndjson\.gz cannot be read: the compressed file is cut short/,
  );
  for (const [name, line, found] of [
    ['a word', '{"a":oops}', 'unexpected character'],
    ['a line of two values', '{"a":1}{"a":2}', 'unexpected content after document'],
    ['a zero in front', '{"a":007}', 'number with leading zero'],
    ['a line without its end', '{"a":1', 'unexpected character'],
  ] as const) {
    const files = { 'a.ndjson': `{"a":1}\n${line}\n{"a":3}\n` };
    refuses(`${name}, with its line`, files, 'FROM "FOLDER/a.ndjson"', new RegExp(` in line 2: ${found}[^:]*$`));
  }
  const array = { 'a.json': '[{"a":1},\n{"a":oops}]' };
  refuses('a word in an array', array, 'FROM "FOLDER/*.json"', /a\.json.* in record\/value 2: unexpected/);
});

describe('the column filename', () => {
  const files = { 'a.csv': 'x\n1\n2\n', 'b.csv': 'y\n3\n', 'c.json': '[{"x":4}]', 'd.ndjson': '{"x":5}\n' };
  reads('the rows of each file', files, 'SELECT filename, count(*) FROM "FOLDER/*" GROUP BY ALL ORDER BY ALL', [
    ['FOLDER/a.csv', '2'],
    ['FOLDER/b.csv', '1'],
    ['FOLDER/c.json', '1'],
    ['FOLDER/d.ndjson', '1'],
  ]);
  reads(
    'a part of the path as a site',
    files,
    `SELECT regexp_extract("filename", '(\\w+)\\.csv', 1), sum(x) FROM 'FOLDER/*.csv' GROUP BY 1 ORDER BY 1`,
    [
      ['a', '3'],
      ['b', null],
    ],
  );
  reads('one file', files, 'SELECT filename, x FROM "FOLDER/c.json"', [['FOLDER/c.json', '4']]);
  reads('no such column in a query that does not name it', files, 'FROM "FOLDER/a.csv"', [['1'], ['2']]);
  reads(
    'the column of the file where it has one',
    { 'a.csv': 'filename,x\nown,1\n' },
    'SELECT filename FROM "FOLDER/a.csv"',
    [['own']],
  );
  const small = Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`f${i}.csv`, `x\n${i}\n`]));
  reads(
    'many small files',
    small,
    `SELECT count(DISTINCT filename), bool_and(filename = 'FOLDER/f' || x || '.csv') FROM "FOLDER/*.csv"`,
    [['70', 'true']],
  );

  const same = 'x\n1\n2\n';
  reads(
    'files of equal content, each with its rows',
    { 'a.csv': same, 'b.csv': same, 'c.csv': 'x\n3\n', 'd.csv': same },
    'SELECT filename, count(*), sum(x) FROM "FOLDER/*.csv" GROUP BY 1 ORDER BY 1',
    [...['a', 'b', 'c', 'd'].map((name) => [`FOLDER/${name}.csv`, name === 'c' ? '1' : '2', '3'])],
  );

  test('plans and errors show no name of the host', async () => {
    const [row] = await rowsOf(files, 'EXPLAIN SELECT filename FROM "FOLDER/*.csv"');
    assert.doesNotMatch(String(row?.[1]), /inputs|tmp/);
    await assert.rejects(rowsOf(files, `SELECT filename::INT FROM "FOLDER/*.csv"`), (error: PondError) => {
      assert.doesNotMatch(error.message, /inputs\/|\/tmp/);
      return true;
    });
  });
});

for (const sql of ['SELECT avg(v) FROM "FOLDER/a.csv"', 'SELECT 1 FROM "FOLDER/a.csv" WHERE v > 1']) {
  test(`a column of text where a number is wanted has a hint: ${sql}`, async () => {
    await assert.rejects(rowsOf({ 'a.csv': 'v\n1\nhigh\n' }, sql), (error: PondError) => {
      assert.equal(error.code, 'query-invalid');
      assert.match(
        error.hint ?? '',
        /^In \/case\d+\/a\.csv, column "v" has 1 text among 1 number: "high": state `nulls: high` if/,
      );
      assert.doesNotMatch(error.message, /Candidate/);
      return true;
    });
  });
}

test('a text that no file has brings no hint', async () => {
  await assert.rejects(rowsOf({}, "SELECT avg('a')"), (error: PondError) => error.hint === undefined);
});
