/** Names of columns below lines as wide as the table, and above lines of units: they are not read as rows. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { TextFiles } from '../support/textFiles.ts';

const texts = new TextFiles();
before(() => texts.open());
after(() => texts.close());

const firsts = {
  'the station of a logger': ['Station', 'met', 'CR1000', '12345'],
  'a name and a number': ['Logger', '7', '', 'north'],
  'a time': ['2026-02-01 00:00:00', 'north', 'hourly', 'v2'],
};
const units = {
  nothing: [],
  units: [['s', 'n', '°C', 'V']],
  'units and kinds': [
    ['TS', 'RN', 'Deg C', 'Volts'],
    ['', '', 'Avg', 'Min'],
  ],
};
const names = ['TIMESTAMP', 'RECORD', 'AirTC_Avg', 'BattV_Min'];
const rows = Array.from({ length: 5 }, (_, row) => [`2026-02-01 0${row}:00:00`, `${row}`, `${row + 0.5}`, '12.5']);

for (const [first, above] of Object.entries(firsts)) {
  for (const [second, below] of Object.entries(units)) {
    for (const [delimiter, quote] of [
      [',', '"'],
      [';', ''],
      ['\t', ''],
    ] as const) {
      test(`names between ${first} and ${second} are found, by ${JSON.stringify(delimiter)}`, async () => {
        const records = [above, names, ...below, ...rows];
        const line = (fields: readonly string[]): string =>
          fields.map((field) => `${quote}${field}${quote}`).join(delimiter);
        const text = records.map((fields) => `${line(fields)}\n`).join('');
        const format = { skip: 1, ...(below.length > 0 && { units: true }), ...(below.length > 1 && { below: 1 }) };
        await assert.rejects(texts.read(texts.file('a.csv', text)), (error) => {
          assert.ok(isPondError(error, 'invalid-content'));
          assert.match(error.message, /line 2 begins a table of 4 columns/);
          assert.deepEqual(error.formats, [format, { skip: 0 }]);
          return true;
        });
        const read = await texts.read(texts.file('a.csv', text, format));
        assert.deepEqual(read.types, ['TIMESTAMP', 'BIGINT', 'DOUBLE', 'DOUBLE']);
        assert.equal(read.rows.length, rows.length);
      });
    }
  }
}

for (const [title, text, count] of [
  ['a word in place of each value, twice', 'A,1,2\nerr,off,none\nerr,off,none\nB,3,4\nC,5,6\n', 5],
  [
    'events with words',
    '2026-02-01,5,on\nstart,pump,manual\nstop,pump,manual\n2026-02-02,6,off\nstart,pump,timed\nstop,pump,timed\n',
    6,
  ],
] as const) {
  test(`rows of words are rows: ${title}`, async () => {
    assert.equal((await texts.read(texts.file('a.csv', text, { header: false }))).rows.length, count);
    assert.equal((await texts.read(texts.file('a.csv', text))).rows.length, count);
  });
}
