/** Rows of units: a row of values in their place, and values of several units in one column, are refused. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type TextFormat } from '../../server/src/sandbox/textFormat.ts';
import { newPondHost } from '../support/commandHost.ts';
import { TextFiles } from '../support/textFiles.ts';
import { number, row, text, workbook } from '../support/workbook.ts';

const texts = new TextFiles();
before(() => texts.open());
after(() => texts.close());

const format: TextFormat = { units: true };
const table = (unit: string, ...rows: readonly string[]): string =>
  ['time,temp', `UTC,${unit}`, ...rows, ''].join('\n');
const [first, second] = ['2026-01-01 00:00:00,20.5', '2026-01-02 00:00:00,68.5'];

/** [title, contents of the files of one table, error; undefined where all rows are read]. */
const cases: readonly (readonly [string, readonly string[], string | undefined])[] = [
  ['one unit', [table('degC', first), table('degC', second)], undefined],
  ['one unit in other spaces', [table('Deg C', first), table('DegC', second)], undefined],
  ['the two codes of micro', [table('\u00b5S', first), table('\u03bcS', second)], undefined],
  ['a file without the unit', [table('degC', first), table('', second)], undefined],
  [
    'another unit in another file',
    [table('degC', first), table('degF', second)],
    '/1.csv cannot be read: the unit of column "temp" is degF, and degC in /0.csv',
  ],
  [
    'a unit in another case',
    [table('mPa', first), table('MPa', second)],
    '/1.csv cannot be read: the unit of column "temp" is MPa, and mPa in /0.csv',
  ],
  [
    'another unit below a header again',
    [table('degC', first) + table('degF', second)],
    '/0.csv cannot be read: line 5 has the unit degF for column "temp", and a line above it degC',
  ],
  ['one unit below a header again', [table('degC', first) + table('degC', second)], undefined],
  [
    'no row of units',
    [`time,temp\n${first}\n${second}\n`],
    '/0.csv cannot be read: line 2 has values, where it is stated that units are',
  ],
  [
    'no row of units below a header again',
    [`${table('degC', first)}time,temp\n${first}\n${second}\n`],
    '/0.csv cannot be read: line 5 has values, where it is stated that units are',
  ],
  ['the unit of a ratio', ['a,b\n1,\n3,4\n5,6\n'], undefined],
  [
    'numbers in place of units',
    ['a,b\n1,2\n3,4\n5,6\n'],
    '/0.csv cannot be read: line 2 has values, where it is stated that units are',
  ],
];

for (const [title, contents, message] of cases) {
  test(`${title}: ${message === undefined ? 'all rows are read' : 'refused, with what reads the file'}`, async () => {
    const files = contents.map((content, index) => texts.file(`${index}.csv`, content, format));
    if (message === undefined) {
      assert.equal((await texts.read(...files)).rows.length, 2);
      return;
    }
    let formats: readonly TextFormat[] = [];
    await assert.rejects(texts.read(...files), (error) => {
      assert.ok(isPondError(error, 'invalid-content'));
      assert.equal(error.message, message);
      formats = error.formats ?? [];
      return true;
    });
    // The other files keep what is stated for them.
    const last = contents.length - 1;
    const read = contents.map((content, index) =>
      texts.file(`${index}.csv`, content, index === last ? { ...format, ...formats[0] } : format),
    );
    if (!title.endsWith('again')) assert.ok((await texts.read(...read)).rows.length >= 2);
  });
}

test('lines that are left out below the units stay so where the units are left out too', async () => {
  const content = `${table('degC', ',Avg', first)}${table('degF', ',Avg', second)}`;
  const stated = { ...format, below: 1 };
  await assert.rejects(texts.read(texts.file('a.csv', content, stated)), (error) => {
    assert.ok(isPondError(error));
    assert.deepEqual(error.formats, [{ units: false, below: 2 }]);
    return true;
  });
  const read = await texts.read(texts.file('a.csv', content, { units: false, below: 2 }));
  assert.deepEqual(
    read.rows.map(([, temp]) => temp),
    ['20.5', '68.5'],
  );
});

test('a sheet without its row of units is refused', async (t) => {
  const host = await newPondHost(t);
  const rows = [row(text('a'), text('b')), row(number(3), number(2.5)), row(number(4), number(3.5))];
  const content = await workbook({ Data: rows.join('') });
  await host.run('write', { path: '/a.xlsx', content, create: true, overwrite: true });
  await host.run('setFormat', { path: '/a.xlsx', options: { units: true } });
  await assert.rejects(host.run('query', { sql: 'FROM "/a.xlsx"' }), (error) => {
    assert.ok(isPondError(error, 'invalid-content'));
    assert.match(error.message, /row 2 has values, where it is stated that units are/);
    assert.deepEqual(error.formats, [{ units: false }]);
    return true;
  });
});

test('workbooks of one table, and a CSV file next to them, have one unit for a column', async (t) => {
  const host = await newPondHost(t);
  const sheet = (...units: readonly string[]): Promise<Uint8Array> =>
    workbook({ Data: [row(text('t'), text('Temp')), row(...units.map(text)), row(number(3), number(2.5))].join('') });
  const files = {
    'a.xlsx': await sheet('s', 'degC'),
    'b.xlsx': await sheet('s', 'deg C'),
    'c.xlsx': await sheet('', 'degF'),
  };
  await host.run('makeDirectory', { path: '/u' });
  for (const [name, content] of Object.entries({ ...files, 'd.csv': Buffer.from('t,temp\ns,degF\n1,2\n3,4\n') }))
    await host.run('write', { path: `/u/${name}`, content, create: true, overwrite: true });
  await host.run('setFormat', { path: '/u', options: { units: true } });
  await host.run('query', { sql: 'FROM "/u/[ab].xlsx"' });
  await host.run('query', { sql: 'FROM "/u/[cd].*"' });
  for (const [pattern, message] of [
    ['/u/[abc].xlsx', '/u/c.xlsx cannot be read: the unit of column "Temp" is degF, and degC in /u/a.xlsx'],
    ['/u/[ad].*', '/u/a.xlsx cannot be read: the unit of column "Temp" is degC, and degF in /u/d.csv'],
  ] as const)
    await assert.rejects(host.run('query', { sql: `FROM "${pattern}"` }), { code: 'invalid-content', message });
});
