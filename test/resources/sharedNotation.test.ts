/** What one file shows of its notation holds for the others of its table, in each reader and in each order of arrival. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { newPondHost } from '../support/commandHost.ts';

const document = (kind: string, spec: string): string =>
  `apiVersion: duckpond/v1\nkind: ${kind}\nname: x\ndesc: test\nspec:\n${spec}`;

const documents = [
  document('Combine', '  scopes:\n    - {name: all, series: [{pattern: "/in/*"}]}\n'),
  document('Query', `  queries:\n    - {name: q, inputs: [{name: i, pattern: "/in/*"}], query: 'FROM i'}\n`),
  document(
    'Reduce',
    '  collections:\n    - {name: all, resolutions: [1d], datasets: [{in_pattern: "/in/*", out_pattern: all}]}\n',
  ),
  document('Derive', `  collections:\n    - {name: c, pattern: "/in/*", query: 'FROM "$1"'}\n`),
].join('---\n');

/** The table of each reader, with times and values alone. */
const readers = {
  query: `SELECT "Timestamp"::TIMESTAMP AS t, a FROM '/in/*'`,
  Query: `SELECT "Timestamp"::TIMESTAMP AS t, a FROM '/Query/x/q/result'`,
  Combine: `SELECT "Timestamp"::TIMESTAMP AS t, a FROM '/Combine/x/all/combine'`,
  Reduce: `SELECT timestamp::TIMESTAMP AS t, coalesce(*COLUMNS('.*max$')) AS a FROM '/Reduce/x/all/all/res=1d'`,
} as const;

async function newReaders(t: TestContext) {
  const { folder, run } = await newPondHost(t);
  mkdirSync(join(folder, 'in'));
  const { problems } = await run('apply', { sources: [{ text: documents, origin: 'x' }], directory: folder });
  assert.deepEqual(problems, []);
  return {
    run,
    add: async (name: string, text: string): Promise<void> => {
      const path = join(folder, 'in', name);
      writeFileSync(path, text);
      await run('import', { sources: [path], path: `/in/${name}` });
    },
    rows: async (reader: keyof typeof readers): Promise<string> => {
      try {
        const table = `FROM (${readers[reader]})`;
        const sql = `SELECT strftime(t, '%m-%d') || ' ' || a::DOUBLE::VARCHAR ${table} WHERE a IS NOT NULL ORDER BY 1`;
        const { text } = await run('queryToText', { sql, format: 'csv' });
        return text.trim().split('\n').slice(1).join(', ');
      } catch (error) {
        assert.ok(isPondError(error));
        return error.message;
      }
    },
  };
}

const names = Object.keys(readers) as readonly (keyof typeof readers)[];

const file = (delimiter: string, ...rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.join(delimiter)}\n`).join('');
const header = ['Timestamp', 'a'];

for (const [what, [open, showing], expected] of [
  [
    'a decimal comma makes 1.234 a thousand',
    [file('\t', header, ['2026-01-01', '1.234']), file('\t', header, ['2026-01-02', '12,5'])],
    '01-01 1234.0, 01-02 12.5',
  ],
  [
    'a decimal comma reads 1,234',
    [file('\t', header, ['2026-01-01', '1,234']), file('\t', header, ['2026-01-02', '12,5'])],
    '01-01 1.234, 01-02 12.5',
  ],
  [
    'a decimal point makes 1,234 a thousand',
    [file('\t', header, ['2026-01-01', '1,234']), file('\t', header, ['2026-01-02', '12.5'])],
    '01-01 1234.0, 01-02 12.5',
  ],
  [
    'a decimal point between semicolons reads 1.234',
    [file(';', header, ['2026-01-01', '1.234']), file(';', header, ['2026-01-02', '12.5'])],
    '01-01 1.234, 01-02 12.5',
  ],
  [
    'a day after the 12th decides the order',
    [file(',', header, ['02/01/2026', '1']), file(',', header, ['14/01/2026', '2.5'])],
    '01-02 1.0, 01-14 2.5',
  ],
] as const) {
  for (const isOpenFirst of [true, false]) {
    test(`${what}, in a file that comes ${isOpenFirst ? 'before' : 'after'} it, in each reader`, async (t) => {
      const { add, rows } = await newReaders(t);
      const [first, second] = isOpenFirst ? [open, showing] : [showing, open];
      await add('0.csv', first);
      for (const name of names) await rows(name);
      await add('1.csv', second);
      for (const name of names) assert.equal(await rows(name), expected, name);
    });
  }
}

test('a file without a header is refused next to one of as many columns, in each reader', async (t) => {
  const { add, rows } = await newReaders(t);
  await add('0.csv', file(',', ['2026-01-01', '1'], ['2026-01-02', '2']));
  await add('1.csv', file(',', header, ['2026-01-03', '3']));
  for (const name of names)
    assert.match(await rows(name), /0\.csv cannot be read: line 1 is a row, where \/in\/1\.csv/);
});

test('a file that shows its sign in another column keeps it', async (t) => {
  const { add, rows } = await newReaders(t);
  await add('0.csv', file('\t', [...header, 'b'], ['2026-01-01', '1.234', '0.5']));
  await add('1.csv', file('\t', [...header, 'b'], ['2026-01-02', '12,5', '0,5']));
  for (const name of ['Query', 'Combine', 'Reduce'] as const)
    assert.equal(await rows(name), '01-01 1.234, 01-02 12.5', name);
  // A column of a query has one notation, and is text where files have several.
  assert.match(await rows('query'), /'12,5' to DOUBLE/);
});

test('a run of Derive notes a file whose decimal sign another file shows, as it reads each alone', async (t) => {
  const { add, run } = await newReaders(t);
  await add('0.csv', file('\t', header, ['2026-01-01', '1.234']));
  await add('1.csv', file('\t', header, ['2026-01-02', '12,5']));
  await run('commit', { message: 'files' });
  const { runs } = await run('run', { names: ['Derive/x'] });
  assert.deepEqual(runs[0]?.notes, [
    'collection c: numbers of /in/0.csv, column "a", can be read with a decimal point or comma, and each file is read alone, although others show the sign; state `decimal` in `format`',
  ]);
});

test('values of two units are refused in each reader, and a run of Derive notes them', async (t) => {
  const { add, rows, run } = await newReaders(t);
  await add('0.csv', file(',', header, ['UTC', 'degC'], ['2026-01-01', '1']));
  await add('1.csv', file(',', header, ['UTC', 'degF'], ['2026-01-02', '33']));
  await run('setFormat', { path: '/in', options: { units: true } });
  for (const name of names)
    assert.match(
      await rows(name),
      /1\.csv cannot be read: the unit of column "a" is degF, and degC in \/in\/0\.csv/,
      name,
    );
  await run('commit', { message: 'files' });
  const { runs } = await run('run', { names: ['Derive/x'] });
  assert.deepEqual(runs[0]?.notes, [
    'collection c: the unit of column "a" of /in/1.csv is degF, and degC in /in/0.csv; each file is read alone',
  ]);
  await run('setFormat', { path: '/in/1.csv', options: { units: false, below: 1 } });
  for (const name of names) assert.equal(await rows(name), '01-01 1.0, 01-02 33.0', name);
});

for (const [what, first, second, expected] of [
  ['words', 'NA', '1.50', 'NA:VARCHAR, 1.50:VARCHAR'],
  ['ids', '007', '12', '007:VARCHAR, 12:VARCHAR'],
  ['ids among decimals', '1E10', '12.5', '10000000000.0:DOUBLE, 12.5:DOUBLE'],
  ['truth values', 'TRUE', '1', 'TRUE:VARCHAR, 1:VARCHAR'],
  ['times of day', '3:05', 'x', '3:05:VARCHAR, x:VARCHAR'],
  ['missing values', '', '1.5', ':DOUBLE, 1.5:DOUBLE'],
  ['dates', '01.02.2026', 'n/a', '01.02.2026:VARCHAR, n/a:VARCHAR'],
] as const) {
  test(`a Query reads ${what} in one of its files as a query does`, async (t) => {
    const { add, run } = await newReaders(t);
    await add('0.csv', file(',', header, ['2026-01-01', first]));
    await add('1.csv', file(',', header, ['2026-01-02', second]));
    for (const path of ['/in/*', '/Query/x/q/result']) {
      const sql = `SELECT coalesce(a::VARCHAR, '') || ':' || typeof(a) FROM '${path}' ORDER BY "Timestamp"`;
      const { text } = await run('queryToText', { sql, format: 'csv' });
      assert.equal(text.trim().split('\n').slice(1).join(', '), expected, path);
    }
  });
}

test('a Query refuses a long integer that the decimals of another file would round', async (t) => {
  const { add, rows } = await newReaders(t);
  await add('0.csv', file(',', header, ['2026-01-01', '9007199254740993']));
  await add('1.csv', file(',', header, ['2026-01-02', '2.5']));
  assert.match(
    await rows('Query'),
    /9007199254740993 in column "a" of \/in\/0\.csv, of type BIGINT, is not exact in DOUBLE/,
  );
});

test('a series is appended in the notation that its earlier batches show, also by a later command', async (t) => {
  const { folder, run } = await newPondHost(t);
  const append = async (text: string): Promise<void> => {
    const path = join(folder, 'batch.csv');
    writeFileSync(path, text);
    await run('append', { sources: [path], path: '/s' });
  };
  await append(file('\t', header, ['14/01/2026', '12,5']));
  await append(file('\t', header, ['02/01/2026', '1.234']));
  await append(file('\t', header, ['03/01/2026', '1,234']));
  const { text } = await run('queryToText', { sql: `SELECT "Timestamp"::DATE, a FROM '/s' ORDER BY 1`, format: 'csv' });
  assert.deepEqual(text.trim().split('\n').slice(1), ['2026-01-02,1234.0', '2026-01-03,1.234', '2026-01-14,12.5']);
});

test('rows of another unit are not appended to a series, also by a later command', async (t) => {
  const { folder, run } = await newPondHost(t);
  await run('makeDirectory', { path: '/in' });
  await run('setFormat', { path: '/in', options: { units: true } });
  const append = async (day: string, unit: string): Promise<void> => {
    const path = join(folder, 'batch.csv');
    writeFileSync(path, file(',', header, ['UTC', unit], [day, '1']));
    await run('append', { sources: [path], path: '/in/s' });
  };
  await append('2026-01-01', 'degC');
  await append('2026-01-02', 'degC');
  await assert.rejects(append('2026-01-03', 'degF'), /the unit of column "a" is degF, and degC in \/in\/s/);
});

test('decimal commas are refused after numbers whose sign nothing showed', async (t) => {
  const { folder, run } = await newPondHost(t);
  const append = async (value: string): Promise<void> => {
    const path = join(folder, 'batch.csv');
    writeFileSync(path, file('\t', header, [`2026-01-${String(days++).padStart(2, '0')}`, value]));
    await run('append', { sources: [path], path: '/s' });
  };
  let days = 1;
  await append('1.234');
  await assert.rejects(append('12,5'), /decimal commas, and earlier numbers of column "a" of \/s, such as 1\.234/);
  await append('12.5');
  // The sign is known by now, so that this batch contradicts no reading.
  await append('12,5');
});
