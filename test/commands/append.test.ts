import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isPondError, type PondError } from '../../server/src/base/error.ts';
import { connectLocal } from '../../server/src/main.ts';
import { type Params } from '../../server/src/protocol/commands.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';

/** Writes host files of these contents, by name; returns their paths. */
function hostFiles({ folder }: PondHost, files: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(files).map(([name, text]) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  });
}

async function rowsOf(host: PondHost, sql: string): Promise<readonly (readonly (string | null)[])[]> {
  const { resultId, rowCount, columns } = await host.run('query', { sql });
  const { columns: values } = await host.run('rows', { resultId, start: 0, count: rowCount });
  return Array.from({ length: rowCount }, (_, row) => columns.map((_, column) => values[column]?.[row] ?? null));
}

async function failure(work: Promise<unknown>): Promise<PondError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(isPondError(error), `expected a PondError, got ${String(error)}`);
  return error;
}

const append = (host: PondHost, sources: readonly string[], rest: Partial<Params<'append'>> = {}) =>
  host.run('append', { sources, path: '/levels', ...rest });

/** A series of two batches: `level` and, in the second, `ph`. */
async function twoBatches(t: TestContext): Promise<PondHost> {
  const host = await newPondHost(t);
  const files = hostFiles(host, {
    'a.csv': 'time,level,site\n2024-01-01 00:00:00,1.5,A1\n2024-01-01 00:10:00,2.5,A1\n',
    'b.csv': 'ph,time,level\n7.25,2024-01-01 00:20:00,3\n',
  });
  const done = await append(host, files);
  assert.deepEqual(
    [done.rows, done.batches, done.version, done.addedColumns, done.known],
    [3, 2, 2, ['time', 'level', 'site', 'ph'], []],
  );
  return host;
}

test('rows of files become a series; columns that one of them lacks are NULL, and new ones come last', async (t) => {
  const host = await twoBatches(t);
  const expected = [
    ['2024-01-01 00:00:00', '1.5', 'A1', null],
    ['2024-01-01 00:10:00', '2.5', 'A1', null],
    ['2024-01-01 00:20:00', '3.0', null, '7.25'],
  ];
  assert.deepEqual(await rowsOf(host, 'SELECT time, level, site, ph FROM "/levels" ORDER BY time'), expected);
  await host.run('commit', { message: 'levels' });
  assert.deepEqual(await rowsOf(host, 'SELECT time, level, site, ph FROM "/levels" ORDER BY time'), expected);
  const { type, attributes } = await host.run('stat', { path: '/levels' });
  assert.deepEqual([type, attributes], ['series', { time: 'time' }]);
});

test('a file that was appended before is recognized, also by another process and under another name', async (t) => {
  const host = await twoBatches(t);
  const [again, both] = hostFiles(host, {
    'again.csv': 'ph,time,level\n7.25,2024-01-01 00:20:00,3\n',
    'new.csv': 'time,level\n2024-01-01 00:30:00,4\n',
  }) as [string, string];
  await host.run('commit', { message: 'levels' });
  const other = connectLocal();
  t.after(() => other.close());
  await host.run('close', {});
  const first = await other.call('append', { pond: host.pond, sources: [again], path: '/levels' });
  assert.deepEqual([first.rows, first.batches, first.version, first.known], [0, 0, 2, [again]]);
  assert.equal((await other.call('status', { pond: host.pond })).staged.length, 0);
  const second = await other.call('append', { pond: host.pond, sources: [both, again, both], path: '/levels' });
  assert.deepEqual([second.rows, second.version, second.known], [1, 3, [again, both]]);
});

test('types stay: a value converts where it stays the same, and is refused with column, expected and got', async (t) => {
  const host = await newPondHost(t);
  const [start, whole, part, text, late, good] = hostFiles(host, {
    'start.csv': 'Timestamp,count,name\n1700000000,1,x\n',
    'whole.csv': 'Timestamp,count,name\n1700000060,2.0,\n',
    'part.csv': 'Timestamp,count\n1700000120,2.0\n1700000180,2.5\n',
    'text.csv': 'Timestamp,count\n1700000120,7\n1700000180,many\n',
    'late.csv': 'Timestamp,count\n1700000120,7\nnoon,8\n',
    'good.csv': 'Timestamp,count\n1700000240,4\n',
  }) as [string, string, string, string, string, string];
  await append(host, [start, whole]);
  const inexact = await failure(append(host, [good, part]));
  assert.equal(inexact.code, 'invalid-content');
  assert.match(inexact.message, /column count of .*part\.csv: expected BIGINT, as in \/levels, got DOUBLE, with 2\.5/);
  assert.match(
    (await failure(append(host, [text]))).message,
    /expected BIGINT, as in \/levels, got VARCHAR, with "many" in row 2/,
  );
  assert.match(
    (await failure(append(host, [late]))).message,
    /expected BIGINT, as in \/levels, got VARCHAR, with "noon" in row 2/,
  );
  assert.deepEqual(
    await rowsOf(host, 'SELECT "Timestamp", count, name FROM "/levels" ORDER BY 1'),
    [
      ['1700000000', '1', 'x'],
      ['1700000060', '2', null],
    ],
    'of a refused call nothing is added, not even the file that fits',
  );
});

test('a decimal and a double with the same digits are one value, and a longer decimal is refused', async (t) => {
  const host = await newPondHost(t);
  const [doubles, decimals, both, longer] = hostFiles(host, {
    'doubles.csv': 'time,level\n2024-01-01,0.5\n',
    'decimals.csv': 'time,level\n2024-01-02,1.23456789012345678\n2024-01-03,0.25\n',
    'both.csv': 'time,level\n2024-01-04,9.072\n2024-01-05,8.149000000000001\n',
    'longer.csv': 'time,level\n2024-01-04,9.072\n2024-01-05,1.23456789012345678\n',
  }) as [string, string, string, string];
  await append(host, [doubles, both]);
  const { message } = await failure(append(host, [longer]));
  assert.match(message, /level of .*longer\.csv: expected DOUBLE, .* got DECIMAL\(18,17\), with 1\.23456789012345678$/);
  await host.run('append', { sources: [decimals, both], path: '/exact' });
  const texts = await rowsOf(host, 'SELECT level::VARCHAR FROM "/exact" ORDER BY time');
  assert.deepEqual(texts.flat(), [
    ...['1.23456789012345678', '0.25000000000000000', '9.07200000000000000', '8.14900000000000100'],
  ]);
});

test('the time column is found or named, and a series keeps it', async (t) => {
  const host = await newPondHost(t);
  const [two, none, milliseconds, untimed] = hostFiles(host, {
    'two.csv': 'begun,ended,v\n2024-01-01,2024-01-02,1\n',
    'none.csv': 'a,b\n1,2\n',
    'ms.csv': 'time,v\n1700000000000,1\n1700000060000,1\n',
    'untimed.csv': 'ended,v\n2024-01-03,1\n,2\n',
  }) as [string, string, string, string];
  assert.match(
    (await failure(append(host, [two]))).message,
    /several columns of times: begun \(DATE\), ended \(DATE\)/,
  );
  assert.match((await failure(append(host, [none]))).message, /no column that is a time: a \(BIGINT\), b \(BIGINT\)/);
  assert.match((await failure(append(host, [milliseconds]))).message, /time looks like milliseconds/);
  await append(host, [two], { time: 'ENDED' });
  assert.deepEqual((await host.run('stat', { path: '/levels' })).attributes, { time: 'ended' });
  assert.match((await failure(append(host, [untimed], { time: 'begun' }))).message, /is ended, not begun/);
  assert.equal((await append(host, [untimed])).rowsWithoutTime, 1);
  const [late] = hostFiles(host, { 'late.csv': 'begun,v\n2024-01-01,3\n' });
  assert.match((await failure(append(host, [late!]))).message, /has no column ended; it has begun, v/);
});

test('standard input, NDJSON and Parquet are appended like files; names without a format are refused', async (t) => {
  const host = await newPondHost(t);
  const input = async function* (): AsyncIterable<Uint8Array> {
    yield* [Buffer.from('{"time": "2024-01-01T00:00:00", "v": 1}\n{"time":'), Buffer.from(' "2024-01-02T00:00:00"}\n')];
    await Promise.resolve();
  };
  const params = { sources: [], path: '/levels', format: 'ndjson' } as const;
  assert.equal((await host.run('append', params, { input: input() })).rows, 2);
  const file = join(host.folder, 'x.parquet');
  await host.run('queryToFile', { sql: "SELECT TIMESTAMP '2024-01-03' AS time", format: 'parquet', file });
  assert.equal((await append(host, [file])).rows, 1);
  const [log] = hostFiles(host, { 'x.log': 'time,v\n2024-01-04,1\n' });
  assert.match((await failure(append(host, [log!]))).message, /the format of .*x\.log is not known/);
  const missing = await failure(append(host, [join(host.folder, 'missing.csv')]));
  assert.deepEqual([missing.code, missing.hint], ['not-found', 'Check the spelling of the host path.']);
  const [ms] = hostFiles(host, { 'ms.csv': 'ts,v\n1767225600000,1\n' });
  assert.match(
    (await failure(append(host, [ms!], { path: '/ms' }))).message,
    /ms\.csv: most times are beyond the year/,
  );
  await host.run('write', textFile('/file', 'text'));
  assert.equal((await failure(append(host, [log!], { path: '/file', format: 'csv' }))).code, 'already-exists');
});
