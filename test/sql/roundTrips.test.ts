/** Files that pandas, polars, pyarrow and DuckDB wrote, types by types: each value as it was written. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findPython, pythonMissing } from '../../scripts/pythonLibraries.mjs';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTestPond, type TestPond } from './testPond.ts';

const python = findPython();
/** In CI no such test is skipped: without the libraries it fails. */
const needsPython = { skip: python === undefined ? pythonMissing : false };
const script = fileURLToPath(new URL('../support/writeTables.py', import.meta.url));

let made: TestPond;
let engine: QueryEngine;

before(async () => {
  made = await makeTestPond();
  engine = new QueryEngine({ openDisk: openHostDisk });
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

type Expected = readonly [type: string, first: string | null, second: string | null, third: string | null];

/** Each column of writeTables.py, as a query returns it. */
const expected: Readonly<Record<string, Expected>> = {
  i8: ['TINYINT', '1', null, '-128'],
  u8: ['UTINYINT', '1', null, '255'],
  i64: ['BIGINT', '9007199254740993', null, '-9223372036854775808'],
  u64: ['UBIGINT', '9007199254740993', null, '18446744073709551615'],
  f32: ['FLOAT', '1.5', null, '-0.25'],
  f64: ['DOUBLE', '0.1', null, '-1e+300'],
  bool: ['BOOLEAN', 'true', null, 'false'],
  text: ['VARCHAR', 'é\u{1f600}', null, ''],
  large_text: ['VARCHAR', 'a'.repeat(40), null, 'b'],
  bytes: ['BLOB', '\\x00A', null, ''],
  decimal: ['DECIMAL(20,2)', '123.45', null, '-0.01'],
  date: ['DATE', '2024-02-29', null, '1905-03-04'],
  time: ['TIME', '01:02:03.000004', null, '23:59:59'],
  ts_ms: ['TIMESTAMP', '2024-02-29 12:30:01.001', null, '1905-03-04 23:59:59.001'],
  ts_us: ['TIMESTAMP', '2024-02-29 12:30:01.123456', null, '1905-03-04 23:59:59.999999'],
  ts_ns: ['TIMESTAMP_NS', '1970-01-01 00:00:00.000000001', null, '1969-12-31 23:59:59.999999999'],
  zoned: ['TIMESTAMP WITH TIME ZONE', '2024-02-29 12:30:01.123456+00', null, '1905-03-04 23:59:59.999999+00'],
  list: ['INTEGER[]', '[1, NULL]', null, '[]'],
  struct: ['STRUCT(a INTEGER, b VARCHAR)', "{'a': 1, 'b': x}", null, "{'a': NULL, 'b': NULL}"],
  category: ['VARCHAR', 'a', null, 'b'],
  view: ['VARCHAR', 'a'.repeat(40), null, 'short'],
  bytes_view: ['BLOB', 'AB'.repeat(10), null, 'x'],
  wide: ['VARCHAR', `${'1'.repeat(50)}.25`, null, '-0.01'],
  duration: ['DECIMAL(19,9)', '0.000000001', null, '-4611686018.427387904'],
  months: [
    'STRUCT("months" INTEGER, "days" INTEGER, nanoseconds BIGINT)',
    "{'months': 1, 'days': 2, 'nanoseconds': 3}",
    null,
    "{'months': -1, 'days': 0, 'nanoseconds': -5}",
  ],
  map: ['MAP(VARCHAR, INTEGER)', '{k=1}', null, '{}'],
};

/** Where a library itself writes another type or value. */
const ofFile: Readonly<Record<string, Readonly<Record<string, Expected>>>> = {
  // polars has times of day in nanoseconds alone.
  'polars.parquet': { time: ['TIME_NS', '01:02:03.000004', null, '23:59:59'] },
  'pandas.ndjson': { text: ['VARCHAR', 'é\u{1f600}', null, 'b'] },
};

test('each value of each library and format is read as it was written', needsPython, async (t) => {
  if (python === undefined) throw new Error(pythonMissing);
  const env = { ...process.env, PYTHONPATH: python.libraries };
  execFileSync(python.program, [script, made.directory], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const names = readdirSync(made.directory).filter((name) => /^(pandas|polars|pyarrow|duckdb)\w*\./.test(name));
  assert.equal(names.length, 13);
  for (const name of names) {
    await t.test(name, async () => {
      await made.root.writeFile(`/${name}`, readFileSync(join(made.directory, name)));
      const columns = await rowsOf(`SELECT column_name, column_type FROM (DESCRIBE FROM "/${name}")`);
      assert.ok(columns.length > 1);
      const rows = await rowsOf(`SELECT COLUMNS(*)::VARCHAR FROM "/${name}"`);
      for (const [index, [column, type]] of columns.entries()) {
        const found = [type, ...rows.map((row) => row[index])];
        assert.deepEqual(found, ofFile[name]?.[column ?? ''] ?? expected[column ?? ''], `${name}, ${column}`);
      }
    });
  }
  const beginning = (start: string): readonly string[] => {
    const found = readdirSync(made.directory).filter((each) => each.startsWith(start));
    assert.ok(found.length > 0, start);
    return found;
  };
  for (const name of beginning('unread_')) {
    await t.test(`${name} is refused with its column`, async () => {
      await made.root.writeFile(`/${name}`, readFileSync(join(made.directory, name)));
      const column = name.slice('unread_'.length, name.lastIndexOf('.'));
      await assert.rejects(rowsOf(`FROM "/${name}"`), {
        code: 'invalid-content',
        message: new RegExp(`column "${column}": the Arrow type \\w+ is not supported$`),
        hint: /cast to lists, texts or numbers/,
      });
    });
  }
  await t.test('an Arrow table without rows has the types of its columns', async () => {
    await made.root.writeFile('/norows.feather', readFileSync(join(made.directory, 'norows.feather')));
    const types = await rowsOf('SELECT column_name, column_type FROM (DESCRIBE FROM "/norows.feather")');
    assert.deepEqual(
      types,
      types.map(([name]) => [name, expected[name ?? '']?.[0]]),
    );
    assert.deepEqual(await rowsOf('SELECT count(*) FROM "/norows.feather"'), [['0']]);
  });
  await t.test('a table without rows has no time that would change', async () => {
    await made.root.writeFile('/norows.parquet', readFileSync(join(made.directory, 'norows_zoned.parquet')));
    assert.deepEqual(await rowsOf('SELECT count(*) FROM "/norows.parquet"'), [['0']]);
  });
  await t.test('times of day in UTC of whole microseconds are read', async () => {
    await made.root.writeFile('/day.parquet', readFileSync(join(made.directory, 'day_exact.parquet')));
    assert.deepEqual(await rowsOf('SELECT t::VARCHAR FROM "/day.parquet"'), [['00:00:00.000001+00'], [null]]);
  });
  await t.test('numbers next to times in an object are not nanoseconds', async () => {
    await made.root.writeFile('/beside.parquet', readFileSync(join(made.directory, 'beside_zoned.parquet')));
    assert.deepEqual(await rowsOf('SELECT sum(beside.id)::VARCHAR FROM "/beside.parquet"'), [['6']]);
  });
  for (const name of beginning('inexact_')) {
    const column = name.slice('inexact_'.length, name.lastIndexOf('.'));
    const isExact = column.endsWith('_exact');
    await t.test(`${name} is ${isExact ? 'read' : 'refused with its column'}`, async () => {
      await made.root.writeFile(`/${name}`, readFileSync(join(made.directory, name)));
      const rows = rowsOf(`SELECT "${column}"::VARCHAR FROM "/${name}"`);
      if (!isExact) {
        await assert.rejects(rows, {
          code: 'invalid-content',
          message: new RegExp(`column "${column}" (has (times|dec)|.* BYTE_STREAM_SPLIT)`),
        });
        return;
      }
      const [first, , last] = (await rows).map(([value]) => String(value).slice(0, 26));
      assert.deepEqual([first, last], ['1970-01-01 00:00:00.000001', '2026-01-01 00:00:00.123456']);
    });
  }
  for (const kind of new Set(beginning('same_').map((name) => name.split('_')[1]))) {
    await t.test(`one value in several types of ${kind} is one value, in two files and in all`, async () => {
      const names = beginning(`same_${kind}_`);
      const pairs = names.slice(1).map((name, at) => [names[at]!, name]);
      for (const [at, pair] of [...pairs, names].entries()) {
        const folder = `/${kind} ${at}`;
        await made.root.createDirectory(folder);
        for (const name of pair) {
          await made.root.writeFile(`${folder}/${name}`, readFileSync(join(made.directory, name)));
        }
        const counts = await rowsOf(`SELECT count(v), count(DISTINCT v) FROM "${folder}/*"`);
        assert.deepEqual(counts, [[String(pair.length), '1']], folder);
      }
    });
  }
  for (const name of beginning('nested_')) {
    await t.test(`${name} is refused, as the unit of its durations would be lost`, async () => {
      await made.root.writeFile(`/${name}`, readFileSync(join(made.directory, name)));
      const column = name.slice('nested_'.length, name.lastIndexOf('.'));
      await assert.rejects(rowsOf(`FROM "/${name}"`), {
        code: 'invalid-content',
        message: new RegExp(`column "${column}" has durations inside of lists or structures`),
      });
    });
  }
});
