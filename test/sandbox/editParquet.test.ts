import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type Connection } from '../../server/src/duckdb/connection.ts';
import { type Database, openDatabase } from '../../server/src/duckdb/database.ts';
import { parquetReading } from '../../server/src/sandbox/formats.ts';
import { type SourceFile } from '../../server/src/sandbox/sources.ts';
import { type TableEdits } from '../../server/src/protocol/tables.ts';
import { segmentsOf } from '../../server/src/sandbox/tableEdits/parquetSql.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { EditOperations } from '../../server/src/worker/editOperations.ts';
import { type EditedRow, editedModel, randomEdits } from '../support/editModel.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { anySql } from '../support/anySql.ts';

const temporary = makeTemporaryDirectory('duckpond-test');
const edits = new EditOperations({ openDisk: openHostDisk, threads: 2 }, temporary.path);
const never = new AbortController().signal;
const none: TableEdits = { changed: [], deleted: [], inserted: [] };
let database: Database;
let connection: Connection;

before(async () => {
  database = await openDatabase();
  connection = await database.connect();
});
after(() => {
  connection.close();
  database.close();
  temporary.remove();
});

/** Writes the rows of a query as Parquet. */
async function parquet(query: string, options = ''): Promise<SourceFile> {
  const hostPath = join(temporary.path, `${randomUUID()}.parquet`);
  await connection.run(anySql(`COPY (${query}) TO '${hostPath}' (FORMAT parquet${options})`));
  return { hostPath, sizeBytes: 0, key: randomUUID(), pondPath: '/a.parquet', reading: parquetReading };
}

async function edited(file: SourceFile, change: Partial<TableEdits>): Promise<string> {
  const target = join(temporary.path, `${randomUUID()}.parquet`);
  await edits.editTable({ file, edits: { ...none, ...change }, target }, never);
  return target;
}

async function rowsOf(hostPath: string): Promise<readonly (readonly (string | null)[])[]> {
  const columns = await connection.textColumns(
    anySql(`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet('${hostPath}')`),
  );
  return (columns[0] ?? []).map((_, row) => columns.map((column) => column[row] ?? null));
}

const columns = ['whole', 'number', 'text', 'time', 'flag', 'exact', 'list', 'bytes'];

/** Rows of several row groups, and of several blocks of rows that are put in order together. */
const generated = (count: number): string => `SELECT range::INTEGER AS whole, range / 4 AS number,
  CASE WHEN range % 7 = 0 THEN NULL ELSE 'text ' || range END AS text,
  TIMESTAMP '2026-01-01' + to_minutes(range::INTEGER) AS time, range % 2 = 0 AS flag,
  (range % 1000 / 8)::DECIMAL(9,3) AS exact, [range, NULL] AS list, ('b' || range)::BLOB AS bytes FROM range(${count})`;

function typed(random: (count: number) => number): EditedRow {
  const values = [
    String(random(1000)),
    `${random(99)}.5`,
    `it's "${random(99)}"; --`,
    '2026-02-03 04:05:06.789',
    'true',
  ].concat(`${random(999)}.125`, '[1, NULL, 3]', 'x\\xFF');
  return new Map(columns.map((column, index) => [column, random(6) === 0 ? null : (values[index] ?? null)]));
}

for (const seed of seeds(3)) {
  test(`an edited Parquet file has the edited rows in their order, and is otherwise the same (seed ${seed})`, async () => {
    const random = randomOf(seed);
    const count = [1, 3000, 9000][random(3)] ?? 1;
    const file = await parquet(
      generated(count),
      `, ROW_GROUP_SIZE 2048, COMPRESSION zstd, KV_METADATA {a: 'b', "c d": '\\x00\\xFF'::BLOB}, FIELD_IDS {whole: 3}`,
    );
    const before = await rowsOf(file.hostPath);
    const change = randomEdits(random, { count, settled: 0, typed: () => typed(random) });
    const target = await edited(file, change);
    const model = editedModel(before, columns, change);
    assert.deepEqual(await rowsOf(target), model);
    for (const facts of [
      'name, type, repetition_type, converted_type, logical_type, field_id FROM parquet_schema',
      'key, value FROM parquet_kv_metadata',
      // A file without rows has no compressed column.
      ...(model.length === 0 ? [] : ['DISTINCT compression FROM parquet_metadata']),
    ]) {
      const [was, is] = [file.hostPath, target].map((path) => connection.rows(anySql(`SELECT ${facts}('${path}')`)));
      assert.deepEqual(await is, await was, facts);
    }
  });
}

test('edits all over a file are in order, however many', async () => {
  const file = await parquet(generated(300_000), ', ROW_GROUP_SIZE 30000');
  const changed = Array.from({ length: 140 }, (_, index) => ({
    position: index * 2100,
    values: [['text', `edit ${index}`]] as const,
  }));
  const inserted = [
    { before: 300_000, values: [['whole', '-1']] as const },
    { before: 150_000, values: [] },
  ];
  const target = await edited(file, { changed, inserted, deleted: [7, 299_999] });
  const [[texts, misplaced, last, empty] = []] = await connection.rows(
    anySql(`SELECT count(*) FILTER (text LIKE 'edit %')::INTEGER, count(*) FILTER (whole < before)::INTEGER, last(whole ORDER BY file_row_number), count(*) FILTER (whole IS NULL)::INTEGER
     FROM (SELECT *, lag(whole) OVER (ORDER BY file_row_number) AS before FROM read_parquet('${target}', file_row_number = true))`),
  );
  assert.deepEqual([texts, misplaced, last, empty], [140, 1, -1, 1]);
});

test('the segments of a file have all of its rows once, and those of the edits together', () => {
  const random = randomOf(5);
  for (let round = 0; round < 300; round += 1) {
    const count = random(400_000);
    const positions = Array.from({ length: random(200) }, () => random(count + 1));
    const segments = segmentsOf(positions, count);
    let at = 0;
    for (const { start, end } of segments) {
      assert.equal(start, at);
      assert.ok(end > start);
      at = end;
    }
    assert.ok(at >= count && at <= count + 1);
    for (const position of positions)
      assert.ok(
        segments.some(({ start, end, isEdited }) => isEdited && position >= start && position < end),
        `${position}`,
      );
    assert.ok(segments.filter(({ isEdited }) => isEdited).length <= 50, `${segments.length} segments`);
  }
});

test('milliseconds stay milliseconds', async () => {
  const file = await parquet(`SELECT TIMESTAMP_MS '2026-01-01 10:00:00.123' AS t`);
  const target = await edited(file, { changed: [{ position: 0, values: [['t', '2026-01-01 10:00:00.456']] }] });
  const [[unit] = []] = await connection.rows(
    anySql(`SELECT converted_type FROM parquet_schema('${target}') WHERE name = 't'`),
  );
  assert.equal(unit, 'TIMESTAMP_MILLIS');
  await assert.rejects(
    edited(file, { changed: [{ position: 0, values: [['t', '2026-01-01 10:00:00.4567']] }] }),
    (error: unknown) => isPondError(error, 'invalid-content') && /at most 3 decimals of a second/.test(error.message),
  );
});

test('a value that its column does not hold, and a row that is not there, are refused', async () => {
  const file = await parquet(generated(10));
  for (const [change, reason] of [
    [
      { changed: [{ position: 1, values: [['whole', '12.5']] }] },
      /expected INTEGER: a whole number in row 2, column "whole"/,
    ],
    [{ changed: [{ position: 1, values: [['whole', "1'); DROP TABLE x; --"]] }] }, /expected INTEGER/],
    [{ changed: [{ position: 1, values: [['exact', '1.2345']] }] }, /at most 3 decimals/],
    [{ changed: [{ position: 1, values: [['time', 'yesterday']] }] }, /expected TIMESTAMP .*got "yesterday"/],
    [{ changed: [{ position: 1, values: [['nothing', '1']] }] }, /a column of the table/],
    [{ deleted: [10] }, /the 10 rows .*got row 11/],
    [{ inserted: [{ before: 11, values: [] }] }, /the 10 rows .*got row 12/],
  ] as const) {
    await assert.rejects(
      edited(file, change),
      (error: unknown) => isPondError(error, 'invalid-content') && reason.test(error.message),
    );
  }
});

test('a file that would be written otherwise is not editable, and says why', async () => {
  const file = await parquet('SELECT 170141183460469231731687303715884105727::HUGEINT AS h');
  assert.deepEqual(await edits.checkCells({ file, cells: [{ column: 'h', value: '1' }] }, never), [{ value: '1.0' }]);
  const nested = await parquet('SELECT {x: 1} AS s', ', FIELD_IDS {s: {__duckdb_field_id: 1, x: 2}}');
  await assert.rejects(
    edits.checkCells({ file: nested, cells: [] }, never),
    (error: unknown) => isPondError(error, 'read-only') && /its column "x" is/.test(error.message),
  );
});

test('a canceled edit leaves no file', async () => {
  const file = await parquet(generated(10));
  const target = join(temporary.path, randomUUID());
  const canceled = new AbortController();
  const editing = edits.editTable({ file, edits: { ...none, deleted: [1] }, target }, canceled.signal);
  canceled.abort();
  await assert.rejects(editing, (error: unknown) => isPondError(error, 'cancelled'));
  assert.equal(openHostDisk(temporary.path).stat(target.slice(temporary.path.length + 1)), undefined);
});
