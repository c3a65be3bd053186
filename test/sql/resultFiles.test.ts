/** Files of results contain each value of each type exactly, in the form that docs/queries.md states. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { tableFromIPC, type Table } from 'apache-arrow';
import { findPython, pythonMissing } from '../../scripts/pythonLibraries.mjs';
import { type Connection } from '../../server/src/duckdb/connection.ts';
import { type Database, openDatabase } from '../../server/src/duckdb/database.ts';
import { convertArrow } from '../../server/src/sandbox/arrow/arrow.ts';
import { type ResultFormat } from '../../server/src/protocol/results.ts';
import { ResultStore } from '../../server/src/sql/resultStore.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { anySql } from '../support/anySql.ts';

const temporary = makeTemporaryDirectory('duckpond-test');
const never = new AbortController().signal;
const python = findPython();
const needsPython = { skip: python === undefined ? pythonMissing : false };
let database: Database;
let connection: Connection;
let store: ResultStore;
let files = 0;

before(async () => {
  database = await openDatabase();
  connection = await database.connect();
  store = await ResultStore.open({ memoryLimitBytes: 64 * 1024 * 1024, spillDirectory: join(temporary.path, 'spill') });
});
after(() => {
  connection.close();
  database.close();
  store.close();
  temporary.remove();
});

/** Writes the rows of a query to a new file, and returns its path. */
async function write(sql: string, format: ResultFormat): Promise<string> {
  const stream = await (await (await connection.statements(sql)).bind(0)).stream();
  const { result } = await store.keep(stream, never);
  const path = `${(files += 1)}.${format}`;
  await store.copy(result, { format, disk: openHostDisk(temporary.path), path }, never);
  await store.release(result);
  return join(temporary.path, path);
}

/** The columns of a query as DuckDB's text. */
async function texts(sql: string): Promise<readonly (readonly (string | null)[])[]> {
  return await connection.textColumns(anySql(`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${sql})`));
}

/** Every type with its smallest and largest value and NULL, without types that only a DuckDB of its own could store. */
const allTypes = 'SELECT * EXCLUDE ("union") FROM test_all_types()';
const decimals = `SELECT 9007199254740993 AS i, -170141183460469231731687303715884105728 AS h, 12345678901234567890 AS u,
  1.2345678901234567890123456789::DECIMAL(38, 28) AS d, -0.05::DECIMAL(4, 2) AS n, sum(x) AS s FROM range(10) t(x)`;

test('Parquet contains every value of every type', async () => {
  for (const sql of [allTypes, decimals]) {
    const file = await write(sql, 'parquet');
    assert.deepEqual(await texts(`FROM '${file}'`), await texts(sql));
  }
  const types = await connection.rows(
    anySql(
      `SELECT column_type FROM (DESCRIBE FROM '${await write(
        'SELECT 1::HUGEINT AS a, [{b: 2::UHUGEINT}] AS c, INTERVAL \'1.123456 s\' AS i, {"INTERVAL": 1} AS s',
        'parquet',
      )}')`,
    ),
  );
  assert.deepEqual(
    types.map(([type]) => String(type).replaceAll('"', '')),
    ['DECIMAL(38,0)', 'STRUCT(b DECIMAL(38,0))[]', 'VARCHAR', 'STRUCT(INTERVAL INTEGER)'],
  );
});

/** Prints the values of each file as pyarrow and as polars read them. */
const program = `
import sys, polars, pyarrow.parquet
for path in sys.argv[1:]:
    print(pyarrow.parquet.read_table(path).to_pylist() == polars.read_parquet(path).to_dicts())
    print(polars.read_parquet(path).to_dicts())
`;

test('pyarrow and polars read arrays of a fixed size, of which one is NULL', needsPython, async () => {
  if (python === undefined) throw new Error(pythonMissing);
  const sql = `SELECT a, {b: [a]} AS s FROM (VALUES (array_value(1, 2)), (NULL), (array_value(3, NULL))) t(a)`;
  const env = { ...process.env, PYTHONPATH: python.libraries };
  const printed = execFileSync(python.program, ['-c', program, await write(sql, 'parquet')], { env, encoding: 'utf8' });
  const rows = ['[1, 2]', 'None', '[3, None]'].map((array) => `{'a': ${array}, 's': {'b': [${array}]}}`);
  assert.equal(printed, `True\n[${rows.join(', ')}]\n`);
});

/** Columns with lists, structs and maps. */
const nested = [
  ...['int_array', 'double_array', 'date_array', 'timestamp_array', 'timestamptz_array', 'varchar_array'],
  ...['nested_int_array', 'struct', 'struct_of_arrays', 'array_of_structs', 'map', 'fixed_int_array'],
  ...['fixed_varchar_array', 'fixed_nested_int_array', 'fixed_nested_varchar_array', 'fixed_struct_array'],
  ...['struct_of_fixed_array', 'fixed_array_of_int_list', 'list_of_fixed_int_array'],
];

test('Arrow contains every value of every type, nested ones as JSON', async () => {
  const times = "SELECT TIMESTAMP_NS '2026-01-02 03:04:05.123456789' AS n, TIMESTAMP_S '2026-01-02 03:04:05' AS s";
  const infinities = `SELECT v::TIMESTAMP AS t, v::TIMESTAMP_MS AS m, v::TIMESTAMP_NS AS n, v::TIMESTAMPTZ AS z, v::DATE AS d
    FROM (VALUES ('infinity'), ('-infinity'), (NULL), ('2026-01-02')) t(v)`;
  for (const [sql, expected = sql] of [
    [
      allTypes,
      `SELECT * REPLACE (${nested.map((name) => `to_json("${name}") AS "${name}"`).join(', ')}) FROM (${allTypes})`,
    ],
    [decimals],
    [times],
    [infinities],
    ['SELECT i AS a, i % 3 = 0 AS b, encode(chr(i::INT + 65)) AS c FROM range(20000) t(i)'],
    ['SELECT 1 AS a, NULL AS b WHERE false'],
  ]) {
    const file = await write(sql!, 'arrow');
    const target = `${file}.parquet`;
    const settings = { memoryLimitBytes: 64 * 1024 * 1024, threads: 1, openDisk: openHostDisk };
    const spillDirectory = join(temporary.path, `spill-${files}`);
    await convertArrow({ ...settings, spillDirectory }, { file, pondPath: '/x', target }, never);
    assert.deepEqual(await texts(`FROM '${target}'`), await texts(expected!));
  }
});

test('columns of an Arrow file have the types of other programs', async () => {
  const sql = `SELECT 1::SMALLINT AS a, 2::HUGEINT AS b, now() AS c, DATE '2026-01-02' AS d, 'x'::BLOB AS e, [1] AS f,
    TIME '01:02:03' AS g, 1.5::FLOAT AS h, uuid() AS i`;
  const table: Table = tableFromIPC(readFileSync(await write(sql, 'arrow')));
  assert.deepEqual(
    table.schema.fields.map(({ name, type }) => `${name} ${String(type)}`),
    [
      'a Int16',
      'b Decimal[38e0]',
      'c Timestamp<MICROSECOND, UTC>',
      'd Date32<DAY>',
      'e Binary',
      'f Utf8',
      'g Time64<MICROSECOND>',
      'h Float32',
      'i Utf8',
    ],
  );
});

test('Markdown is a table in which no character of a value has a meaning', async () => {
  const file = await write(
    `SELECT 1 AS "a|b", 'x|y' AS t, E'two\\nlines *b*' AS l, NULL AS n, 'NULL' AS "text"`,
    'markdown',
  );
  assert.equal(
    readFileSync(file, 'utf8'),
    "| a\\|b | t | l | n | text |\n| ---: | --- | --- | ---: | --- |\n| 1 | x\\|y | two<br>lines \\*b\\* | NULL | 'NULL' |\n",
  );
});

/** The files of a ZIP archive, by its central directory. */
function unzip(file: string): ReadonlyMap<string, string> {
  const bytes = readFileSync(file);
  const end = bytes.length - 22;
  const found = new Map<string, string>();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [packed, size, nameLength] = [
      bytes.readUInt32LE(at + 20),
      bytes.readUInt32LE(at + 24),
      bytes.readUInt16LE(at + 28),
    ];
    const start = bytes.readUInt32LE(at + 42) + 30 + nameLength;
    const content = inflateRawSync(bytes.subarray(start, start + packed));
    assert.equal(content.length, size);
    found.set(bytes.toString('latin1', at + 46, at + 46 + nameLength), content.toString());
    at += 46 + nameLength;
  }
  return found;
}

const cells = (sheet: string): readonly string[] =>
  [...sheet.matchAll(/<c r="([A-Z]+\d+)"([^>]*)>(?:<v>(.*?)<\/v>|<is><t[^>]*>(.*?)<\/t><\/is>)<\/c>/gs)].map(
    ([, ref, options, value, text]) => `${ref}${options} ${value ?? text}`,
  );

test('a workbook has numbers and times where Excel can hold them exactly, and text elsewhere', async () => {
  const sql = `SELECT * FROM (VALUES
    (1.5::DOUBLE, 123456789012345, TIMESTAMP '2026-03-01 12:00:00.250', DATE '2026-03-01', true, 'a&<b>', 1.10::DECIMAL(4, 2)),
    ('inf'::DOUBLE, 9007199254740993, TIMESTAMP '2026-03-01 12:00:00.000001', DATE '1899-01-01', NULL, E'_x0041_\\x01', NULL))
    AS t(d, i, t, day, b, s, n)`;
  const archive = unzip(await write(sql, 'xlsx'));
  assert.deepEqual(cells(archive.get('xl/worksheets/sheet1.xml') ?? '').slice(7), [
    ...['A2 1.5', 'B2 123456789012345', 'C2 s="2" 46082.50000289352', 'D2 s="1" 46082', 'E2 t="b" 1'],
    ...['F2 t="inlineStr" a&amp;&lt;b&gt;', 'G2 1.10'],
    ...['A3 t="inlineStr" inf', 'B3 t="inlineStr" 9007199254740993'],
    ...['C3 t="inlineStr" 2026-03-01 12:00:00.000001', 'D3 t="inlineStr" 1899-01-01'],
    'F3 t="inlineStr" _x005F_x0041__x0001_',
  ]);
  // The checksum is the one that other programs compute.
  assert.equal(archive.size, 6);
});

test('a text that looks like a formula is a text in a workbook', async () => {
  const texts = ['=HYPERLINK("http://evil")', '+1+1', '-1-1', '@SUM(1)', '\t=1'];
  const values = texts.map((text) => `'${text}'`).join(', ');
  const archive = unzip(await write(`SELECT unnest([${values}]) AS "=1+1"`, 'xlsx'));
  const sheet = archive.get('xl/worksheets/sheet1.xml') ?? '';
  assert.equal(sheet.match(/ t="inlineStr"/g)?.length, texts.length + 1);
  assert.doesNotMatch(sheet, /<f\b/);
});

test('a result beyond the limits of Excel is refused', async () => {
  await assert.rejects(write("SELECT repeat('x', 32768) AS t", 'xlsx'), { code: 'query-failed', message: /32767/ });
  await assert.rejects(write('SELECT x FROM range(1048576) t(x)', 'xlsx'), {
    code: 'query-failed',
    message: /1048575 rows/,
  });
});
