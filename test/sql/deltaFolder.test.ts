/** A directory of the pond with a `_delta_log` is the table that another engine wrote there, at its latest version. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { type Add, plainProtocol, type Protocol } from '../../server/src/delta/actions.ts';
import { writeCheckpoint } from '../../server/src/delta/checkpoint.ts';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { checkpointFile, commitFile, hintFile, logDirectory } from '../../server/src/delta/logPaths.ts';
import { openTable } from '../../server/src/delta/snapshot.ts';
import { type Connection } from '../../server/src/duckdb/connection.ts';
import { type Database, openDatabase } from '../../server/src/duckdb/database.ts';
import { literal, sql, type SqlText } from '../../server/src/duckdb/sql.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { chdbQuery, needsChdb } from '../support/chdb.ts';
import { commit } from '../support/deltaTable.ts';
import { temporaryFolder } from '../support/folder.ts';
import { overwrite } from '../support/pondState.ts';
import { initPond } from '../support/pond.ts';
import '../support/userCache.ts';

let engine: QueryEngine;
let database: Database;
let connection: Connection;
before(async () => {
  engine = new QueryEngine({ openDisk: openHostDisk });
  database = await openDatabase();
  connection = await database.connect();
});
after(async () => {
  connection.close();
  database.close();
  await engine.close();
});

const field = (name: string, type: unknown) => ({ name, type, nullable: true, metadata: {} });
const fields = [field('id', 'long'), field('place', 'string'), field('day', 'date'), field('value', 'double')];

interface TableOptions {
  readonly protocol?: Protocol;
  readonly columns?: readonly unknown[];
}

/** An empty table, partitioned by place and day. */
function newTable(t: TestContext, { protocol = plainProtocol, columns = fields }: TableOptions = {}): string {
  const directory = join(temporaryFolder(t), 'ext');
  const disk = openHostDisk(directory);
  disk.makeDirectory(logDirectory);
  commit(disk, 0, { protocol, metaData: metaDataOf(columns) });
  return directory;
}

function metaDataOf(columns: readonly unknown[]) {
  return {
    id: '6f3f7b1e-4b0a-4c5e-9b0e-2f1a3c4d5e6f',
    format: { provider: 'parquet', options: {} },
    schemaString: JSON.stringify({ type: 'struct', fields: columns }),
    partitionColumns: ['place', 'day'],
    configuration: {},
  };
}

/** Writes rows as a data file; returns the action that adds it. */
async function dataFile(
  directory: string,
  name: string,
  rows: SqlText,
  place: string | null,
  day: string,
): Promise<Add> {
  const file = `${name}.parquet`;
  openHostDisk(directory).makeDirectory(name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : '');
  await connection.rows(sql`COPY (${rows}) TO ${literal(join(directory, file))} (FORMAT parquet)`);
  return {
    path: file.replaceAll('%', '%25').replaceAll(' ', '%20'),
    partitionValues: { place, day },
    size: statSync(join(directory, file)).size,
    modificationTime: 1_700_000_000_000,
    dataChange: true,
  };
}

const range = (from: number, to: number): SqlText =>
  sql`SELECT i AS id, i / 2 AS value FROM range(${from}, ${to}) t(i)`;

/** A table with appends, an overwrite of a partition, a deletion, a new column and a null partition. */
async function filledTable(t: TestContext): Promise<string> {
  const directory = newTable(t);
  const disk = openHostDisk(directory);
  const first = await dataFile(directory, 'place=a b/1', range(0, 6), 'a b', '2026-01-01');
  const second = await dataFile(directory, 'place=c%2Fd/2', range(6, 10), 'c/d', '2026-01-02');
  const third = await dataFile(directory, '3', range(10, 12), null, '2026-01-03');
  commit(disk, 1, { adds: [first, second, third] });
  const again = await dataFile(directory, 'place=a b/4', range(100, 103), 'a b', '2026-01-01');
  commit(disk, 2, { removes: [{ path: first.path, dataChange: true }], adds: [again] });
  commit(disk, 3, { removes: [{ path: second.path, dataChange: true }] });
  const wider = sql`SELECT i::INTEGER AS id, 'x' AS note, [i] AS list FROM range(200, 202) t(i)`;
  const list = field('list', { type: 'array', elementType: 'long', containsNull: true });
  commit(disk, 4, {
    metaData: metaDataOf([...fields, field('note', 'string'), list]),
    adds: [await dataFile(directory, '5', wider, "it's", '2026-01-04')],
  });
  return directory;
}

/** The table as rows, by a reader that knows nothing of Delta. */
const expected = [
  ['10', null, '2026-01-03', '5', null, null],
  ['11', null, '2026-01-03', '5.5', null, null],
  ['100', 'a b', '2026-01-01', '50', null, null],
  ['101', 'a b', '2026-01-01', '50.5', null, null],
  ['102', 'a b', '2026-01-01', '51', null, null],
  ['200', "it's", '2026-01-04', null, 'x', '[200]'],
  ['201', "it's", '2026-01-04', null, 'x', '[201]'],
];

/** A pond with a copy of a host directory at /ext. */
async function pondWith(t: TestContext, directory: string): Promise<Pond> {
  const pond = await initPond(join(temporaryFolder(t), 'test.pond'));
  t.after(() => pond.close());
  await copyInto(pond, openHostDisk(directory), '');
  return pond;
}

async function copyInto(pond: Pond, disk: Disk, path: string): Promise<void> {
  const root = await pond.fs.root();
  await root.createDirectory(`/ext/${path}`, { parents: true });
  for (const name of disk.list(path)) {
    const child = path === '' ? name : `${path}/${name}`;
    if (disk.stat(child)?.kind === 'directory') await copyInto(pond, disk, child);
    else await root.writeFile(`/ext/${child}`, disk.readFile(child)!);
  }
}

async function query(pond: Pond, text: string): Promise<readonly (readonly unknown[])[]> {
  const { resultId, rowCount } = await engine.run(pond, { sql: text });
  const { columns } = await engine.rows(resultId, 0, rowCount);
  await engine.release(resultId);
  return Array.from({ length: rowCount }, (_, row) => columns.map((column) => column[row]));
}

const all = `SELECT id::VARCHAR, place, day::VARCHAR, value::VARCHAR, note, list::VARCHAR FROM '/ext' ORDER BY id`;
const asNumbers = (rows: readonly (readonly unknown[])[]): unknown =>
  rows.map(([id, place, day, value, note, list]) => [
    String(id),
    place,
    day,
    value === null ? null : Number(value),
    note,
    list,
  ]);

test('the rows are those of the live files, with partition values and NULL in columns that a file lacks', async (t) => {
  const pond = await pondWith(t, await filledTable(t));
  assert.deepEqual(asNumbers(await query(pond, all)), asNumbers(expected));
  const columns = await query(pond, `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '/ext')`);
  assert.deepEqual(
    columns.map((column) => column.join(' ')),
    ['id BIGINT', 'place VARCHAR', 'day DATE', 'value DOUBLE', 'note VARCHAR', 'list BIGINT[]'],
  );
  assert.deepEqual(await query(pond, `SELECT count(*)::VARCHAR FROM "/ext" WHERE place = 'a b'`), [['3']]);
});

test('files of equal content in several partitions have their rows each', async (t) => {
  const directory = newTable(t);
  const rows = range(0, 3);
  const places = ['north', 'south'];
  const adds = await Promise.all(places.map((place) => dataFile(directory, place, rows, place, '2026-01-01')));
  commit(openHostDisk(directory), 1, { adds });
  const pond = await pondWith(t, directory);
  const counts = `SELECT place, count(*) FROM '/ext' GROUP BY 1 ORDER BY 1`;
  assert.deepEqual(await query(pond, counts), [
    ['north', '3'],
    ['south', '3'],
  ]);
});

test('an independent reader has the same rows', needsChdb, async (t) => {
  const directory = await filledTable(t);
  const rows = await chdbQuery(
    directory,
    `SELECT id, place, toString(day) AS day, value, note FROM {table} ORDER BY id`,
  );
  const theirs = rows.map(({ id, place, day, value, note }) => [id, place, day, value, note, null]);
  const pond = await pondWith(t, directory);
  const ours = await query(pond, `SELECT id, place, day::VARCHAR, value, note, NULL FROM '/ext' ORDER BY id`);
  assert.deepEqual(asNumbers(ours), asNumbers(theirs));
});

test('a version of the pond has the table as it was', async (t) => {
  const directory = await filledTable(t);
  const pond = await pondWith(t, directory);
  await pond.commit({ message: 'import', author: 'test' });
  await (await pond.fs.root()).remove(`/ext/${commitFile(commitNumber(4))}`);
  assert.deepEqual(await query(pond, `SELECT count(*)::VARCHAR FROM '/ext'`), [['5']]);
  assert.deepEqual(await query(pond, `SELECT count(*)::VARCHAR FROM '/ext@1'`), [['7']]);
});

test('a log that begins with a checkpoint is read from there; a damaged checkpoint only costs time', async (t) => {
  const directory = await filledTable(t);
  const disk = openHostDisk(directory);
  const { version } = await writeCheckpoint(disk, (await openTable(disk))!, Date.now());
  const pond = await pondWith(t, directory);
  const damaged = disk.readFile(checkpointFile(version))!.fill(7, 4, 200);
  await (await pond.fs.root()).writeFile(`/ext/${checkpointFile(version)}`, damaged);
  assert.deepEqual(asNumbers(await query(pond, all)), asNumbers(expected));

  for (let number = 0; number <= version; number++) disk.remove(commitFile(commitNumber(number)));
  disk.remove(hintFile);
  assert.deepEqual(asNumbers(await query(await pondWith(t, directory), all)), asNumbers(expected));
});

test('a table without rows has its columns', async (t) => {
  const pond = await pondWith(t, newTable(t));
  assert.deepEqual(await query(pond, `SELECT count(*)::VARCHAR, max(day)::VARCHAR FROM '/ext'`), [['0', null]]);
});

test('a table that cannot be read is named, with the reason', async (t) => {
  const add = { path: 'x.parquet', partitionValues: {}, size: 1, modificationTime: 0, dataChange: true };
  const vector = `${JSON.stringify({ add: { ...add, deletionVector: { storageType: 'u' } } })}\n`;
  const log = (number: number) => commitFile(commitNumber(number));
  const cases: readonly (readonly [RegExp, TableOptions, ((disk: Disk) => void)?])[] = [
    [
      /reader version 3, columnMapping/,
      { protocol: { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ['columnMapping'] } },
    ],
    [/00001\.json:1: deletion vectors are not read/, {}, (disk) => overwrite(disk, log(1), Buffer.from(vector))],
    [/data file x\.parquet is not in the directory/, {}, (disk) => commit(disk, 1, { adds: [add] })],
    [
      /data file \.\.\/x\.parquet is not in/,
      {},
      (disk) => commit(disk, 1, { adds: [{ ...add, path: '../x.parquet' }] }),
    ],
    [/00002\.json is empty/, {}, (disk) => (commit(disk, 1, {}), overwrite(disk, log(2), Buffer.from('')))],
    [/column v of a type/, { columns: [...fields, field('v', 'variant')] }],
    [/column v of a type/, { columns: [...fields, field('v', 'long); DROP TABLE x; --')] }],
  ];
  for (const [message, options, change] of cases) {
    const directory = newTable(t, options);
    change?.(openHostDisk(directory));
    const pond = await pondWith(t, directory);
    await assert.rejects(query(pond, `SELECT 1, * FROM '/ext'`), (error: Error) => {
      assert.match(error.message, /^\/ext (is a Delta table that cannot be read: |has a column)/);
      assert.match(error.message, message);
      assert.equal((error as { code?: unknown }).code, 'invalid-content');
      return true;
    });
  }
});

test('a directory without a log is a directory', async (t) => {
  const pond = await initPond(join(temporaryFolder(t), 'test.pond'));
  t.after(() => pond.close());
  await (await pond.fs.root()).createDirectory('/ext');
  await assert.rejects(query(pond, `SELECT * FROM '/ext'`), { code: 'is-a-directory' });
});
