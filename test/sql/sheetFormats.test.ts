/** Tables in sheets of Excel workbooks: where they begin, what is stated about them, and what is refused. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { formatAttributes, formatText, type StatedFormat } from '../../server/src/documents/statedFormat.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { number, row, text, workbook } from '../support/workbook.ts';
import { makeTestPond, type TestPond } from './testPond.ts';

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

type Cell = string | number | null;

const cellOf = (value: Cell): string =>
  value === null ? '<c/>' : typeof value === 'string' ? text(value) : value > 40_000 ? number(value, 2) : number(value);

/** The table of a sheet: names with types, then rows; the error in its place. */
async function tableOf(rows: readonly (readonly Cell[])[], format: StatedFormat): Promise<string> {
  const sheet = rows.map((cells) => row(...cells.map(cellOf))).join('');
  const attributes = { [formatAttributes.stated]: formatText(format) };
  await made.root.writeFile('/t.xlsx', await workbook({ Data: sheet }), { attributes });
  try {
    const { resultId, rowCount, columns } = await engine.run(made.pond, { sql: 'FROM "/t.xlsx"' });
    const { columns: values } = await engine.rows(resultId, 0, rowCount);
    await engine.release(resultId);
    const lines = Array.from({ length: rowCount }, (_, at) => values.map((column) => column[at] ?? '-').join('|'));
    return [columns.map(({ name, type }) => `${name} ${type}`).join(', '), ...lines].join('\n');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const day = 46_080;
/** In Berlin, the clocks show the hour from 2 o'clock twice on the first of these days, and never on the second. */
const [setBack, setForward] = [46_320, 46_110];
const onePass = [setBack + 2.5 / 24, 1];
const undecided =
  '/t.xlsx cannot be read: row 2, column "time", is in an hour that the clocks of Europe/Berlin repeat, and the order of the rows does not show in which pass';
const header = ['time', 't'];
const rows: readonly (readonly Cell[])[] = [
  [day, 1.5],
  [day + 1, 1.6],
];
const read = 'time TIMESTAMP, t DOUBLE\n2026-02-27 00:00:00|1.5\n2026-02-28 00:00:00|1.6';
const above = (line: number, columns: number): string =>
  `/t.xlsx cannot be read: row ${line} begins a table of ${columns} columns, and the rows before it have rows of another width or no header`;

/** [title, rows of the sheet, what is stated, table]. */
const sheets: readonly (readonly [string, readonly (readonly Cell[])[], StatedFormat, string])[] = [
  ['a header in the first row', [header, ...rows], {}, read],
  ['a title above the header', [['Logger 5'], header, ...rows], {}, read],
  [
    'rows without a header above a row of words',
    [...rows, [day + 2, 'bad', 'sensor out'], [day + 3, 1.7]],
    {},
    'column0 TIMESTAMP, column1 VARCHAR, column2 VARCHAR\n2026-02-27 00:00:00|1.5|-\n2026-02-28 00:00:00|1.6|-\n' +
      '2026-03-01 00:00:00|bad|sensor out\n2026-03-02 00:00:00|1.7|-',
  ],
  [
    'a footer that is wider than the table',
    [['Rain'], ...rows, ['Total', 'mm', 3.1]],
    {},
    'Rain VARCHAR, column1 VARCHAR, column2 DOUBLE\n2026-02-27 00:00:00|1.5|-\n2026-02-28 00:00:00|1.6|-\nTotal|mm|3.1',
  ],
  [
    'years as names',
    [
      ['site', 2019, 2020],
      ['A', 1.5, 2.5],
      ['B', 1.25, 2],
    ],
    {},
    'site VARCHAR, 2019 DOUBLE, 2020 DOUBLE\nA|1.5|2.5\nB|1.25|2.0',
  ],
  ['names with values above the header', [['Serial', 123], header, ...rows], {}, above(2, 2)],
  ['names with values above the header, left out', [['Serial', 123], header, ...rows], { skip: 1 }, read],
  [
    'names of groups above the header',
    [
      ['A', null, 'B', null],
      ['time', 't', 't', 'h'],
      [day, 1.5, 1.6, 40],
    ],
    {},
    above(2, 4),
  ],
  ['a header that is a row', [header], { header: false }, 'column0 VARCHAR, column1 VARCHAR\ntime|t'],
  ['names', [['a', 'b'], ...rows], { names: ['time', 't'] }, read],
  [
    'too few names',
    [header, ...rows],
    { names: ['time'] },
    '/t.xlsx cannot be read: its table has 2 columns, and `names` has 1',
  ],
  ['units', [header, [null, 'degC'], ...rows], { units: true }, read],
  ['units and a line below them', [header, [null, 'degC'], [null, 'Avg'], ...rows], { units: true, below: 1 }, read],
  ['a footer', [header, ...rows, ['Total', 3.1]], { footer: 1 }, read],
  [
    'missing values',
    [header, [day, 1.5], [day + 1, '---'], [day + 2, -9999]],
    { nulls: ['---', '-9999'] },
    'time TIMESTAMP, t DOUBLE\n2026-02-27 00:00:00|1.5\n2026-02-28 00:00:00|-\n2026-03-01 00:00:00|-',
  ],
  [
    'types',
    [
      ['id', 'n'],
      [7, 1],
    ],
    { types: { id: 'text', n: 'number' } },
    'id VARCHAR, n DOUBLE\n7|1.0',
  ],
  [
    'a type that does not hold the values',
    [header, [day, 1.5], [], [day, 'x']],
    { types: { t: 'number' } },
    '/t.xlsx cannot be read: "x" in line 4, column "t", does not fit the stated type DOUBLE',
  ],
  [
    'a type of a column that it lacks',
    [header, ...rows],
    { types: { T1: 'number' } },
    '/t.xlsx cannot be read: it has no column "T1", whose type is stated',
  ],
  ['numbers, and texts of numbers', [header, [day, 1.5], [day + 1, ' 1.6 ']], { types: { t: 'number' } }, read],
  [
    'texts with a decimal comma and spaces',
    [['t'], ['1 234,5'], ['---'], [0.25]],
    { types: { t: 'number' }, decimal: ',', thousands: 'space', nulls: ['---'] },
    't DOUBLE\n1234.5\n-\n0.25',
  ],
  [
    'dates, and texts of dates in a stated order',
    [header, [day, 1.5], ['28/02/2026', 1.6]],
    { types: { time: 'timestamp' }, dates: 'day-first' },
    read,
  ],
  [
    'texts of dates that are others in another order',
    [header, ['01/02/2026', 1.5]],
    { types: { time: 'timestamp' } },
    '/t.xlsx cannot be read: "01/02/2026" in column "time" can be read day first or month first, and no date decides which in /t.xlsx',
  ],
  [
    'texts of times of a zone, and times',
    [header, ['2026-10-25 00:30', 1], [setBack + 1 / 24, 2], ['2026-10-25 04:00', 3]],
    { types: { time: 'timestamp' }, zone: 'Europe/Berlin' },
    'time TIMESTAMP, t BIGINT\n2026-10-24 22:30:00|1\n2026-10-24 23:00:00|2\n2026-10-25 03:00:00|3',
  ],
  [
    'a text of a time whose pass its rows do not show',
    [header, ['2026-10-25 02:30', 1]],
    { types: { time: 'timestamp' }, zone: 'Europe/Berlin' },
    undecided,
  ],
  [
    'a text of a time whose pass is stated',
    [header, ['2026-10-25 02:30', 1]],
    { types: { time: 'timestamp' }, zone: 'Europe/Berlin', repeated: 'second' },
    'time TIMESTAMP, t BIGINT\n2026-10-25 01:30:00|1',
  ],
  ['texts of whole numbers', [['v'], ['10'], [7]], { types: { v: 'integer' } }, 'v BIGINT\n10\n7'],
  ['the delimiter of texts', [header, ...rows], { delimiter: ';' }, read],
  [
    'times of an offset',
    [header, ...rows],
    { zone: '-01:30' },
    'time TIMESTAMP, t DOUBLE\n2026-02-27 01:30:00|1.5\n2026-02-28 01:30:00|1.6',
  ],
  [
    'times in both passes of an hour that clocks repeat',
    [header, ...[1.5, 2, 2.5, 2, 2.5, 3].map((hour, at) => [setBack + hour / 24, at])],
    { zone: 'Europe/Berlin' },
    'time TIMESTAMP, t BIGINT\n2026-10-24 23:30:00|0\n2026-10-25 00:00:00|1\n2026-10-25 00:30:00|2\n' +
      '2026-10-25 01:00:00|3\n2026-10-25 01:30:00|4\n2026-10-25 02:00:00|5',
  ],
  ['a time whose pass its rows do not show', [header, onePass], { zone: 'Europe/Berlin' }, undecided],
  [
    'a time whose pass is stated',
    [header, onePass],
    { zone: 'Europe/Berlin', repeated: 'first' },
    'time TIMESTAMP, t BIGINT\n2026-10-25 00:30:00|1',
  ],
  [
    'a time that clocks skip',
    [header, [], [setForward + 2.5 / 24, 1]],
    { zone: 'Europe/Berlin' },
    '/t.xlsx cannot be read: row 3, column "time", does not exist in Europe/Berlin, whose clocks are set forward then',
  ],
];
for (const [title, cells, format, expected] of sheets) {
  test(`a sheet with ${title}`, async () => assert.equal(await tableOf(cells, format), expected));
}

test('a header below more rows than are searched keeps every row', async () => {
  const many = Array.from({ length: 1500 }, (_, at): readonly Cell[] => [at, at + 0.5]);
  const table = await tableOf([...many, ['a', 'b', 'c']], {});
  assert.equal(table.split('\n').length, 1 + many.length + 1);
});
