/** The type of a column of a text file holds every value as it is written. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type TextFormat } from '../../server/src/sandbox/textFormat.ts';
import { TextFiles } from '../support/textFiles.ts';

const texts = new TextFiles();
before(() => texts.open());
after(() => texts.close());

/** [title, values of a column, type, values as read]; read as written without the last. */
const columns: readonly (readonly [string, readonly string[], string, (readonly (string | null)[])?])[] = [
  ['whole numbers', ['1', '-2', '+3'], 'BIGINT', ['1', '-2', '3']],
  ['2^53 + 1', ['9007199254740993', '1'], 'BIGINT'],
  ['the greatest BIGINT', ['9223372036854775807', '1'], 'BIGINT'],
  ['integers of 65 bits', ['9223372036854775808', '-1'], 'DECIMAL(38,0)'],
  ['ids of 20 digits', ['89014103211118510720', '89014103211118510721'], 'DECIMAL(38,0)'],
  ['ids of 40 digits', ['1234567890123456789012345678901234567890', '1'], 'VARCHAR'],
  ['2^53 + 1 among decimals', ['9007199254740993', '0.5'], 'DECIMAL(17,1)', ['9007199254740993.0', '0.5']],
  ['2^53 + 1 with a point', ['9007199254740993.0', '1.0'], 'DECIMAL(17,1)'],
  ['whole doubles above 2^53', ['9007199254740994.0', '1e300'], 'DOUBLE', ['9007199254740994.0', '1e+300']],
  [
    'twenty decimals',
    ['0.12345678901234567890', '1'],
    'DECIMAL(21,20)',
    ['0.12345678901234567890', '1.00000000000000000000'],
  ],
  [
    'doubles as programs write them',
    [
      '8.149000000000001',
      '10.672999999999998',
      '2.9699999999999998',
      '-0.30000000000000004',
      '1.7976931348623157e+308',
    ],
    'DOUBLE',
  ],
  [
    'decimals of 18 digits',
    ['1.23456789012345678', '0.5'],
    'DECIMAL(18,17)',
    ['1.23456789012345678', '0.50000000000000000'],
  ],
  ['zeros at the end of fractions', ['12.50000000000000000000', '0.00'], 'DOUBLE', ['12.5', '0.0']],
  ['exponents', ['1e3', '2.5E-2'], 'DOUBLE', ['1000.0', '0.025']],
  ['exponents with a sign', ['1e+3', '2E-2'], 'DOUBLE', ['1000.0', '0.02']],
  ['digits that no double has, so near to zero', ['1.23456789e-320', '0.5'], 'VARCHAR'],
  ['a number that is nearer to zero than any double', ['2.4e-324', '0.5'], 'VARCHAR'],
  ['the doubles next to zero', ['4.9e-324', '1e-310', '0.0e-320'], 'DOUBLE', ['5e-324', '1e-310', '0.0']],
  ['ids like exponents', ['1E10', '2E5', '3E07'], 'VARCHAR'],
  ['ids like exponents, with other numbers', ['1E10', '12'], 'VARCHAR'],
  ['ids like exponents of several digits, with decimals', ['12E5', '1.5'], 'VARCHAR'],
  ['telephone numbers', ['+491701234567', '+4930123456'], 'VARCHAR'],
  ['numbers with a plus sign', ['+1234567', '+12345678.5'], 'DOUBLE', ['1234567.0', '12345678.5']],
  ['ids with zeros in front', ['007', '8'], 'VARCHAR'],
  ['ids with zeros in front, and NaN', ['007', 'NaN', '8'], 'VARCHAR'],
  ['decimals with zeros in front', ['007.5', '00.5'], 'DOUBLE', ['7.5', '0.5']],
  ['single letters', ['T', 'F'], 'VARCHAR'],
  ['yes and no', ['Y', 'N'], 'VARCHAR'],
  ['true and false', ['true', 'FALSE'], 'BOOLEAN', ['true', 'false']],
  ['a word among numbers', ['1.5', 'M'], 'VARCHAR'],
  ['dashes among numbers', ['1.5', '---'], 'VARCHAR'],
  ['NA among numbers', ['1', 'NA'], 'VARCHAR'],
  ['NaN among numbers', ['1.5', 'NaN', '-inf'], 'DOUBLE', ['1.5', 'nan', '-inf']],
  ['-9999 among numbers', ['1.5', '-9999'], 'DOUBLE', ['1.5', '-9999.0']],
  ['blanks among numbers', ['1.5', '  '], 'DOUBLE', ['1.5', null]],
  ['spaces around numbers', [' 1', '2 '], 'BIGINT', ['1', '2']],
  ['spaces in text', [' a', 'b '], 'VARCHAR'],
  ['no-break spaces around times', ['\u00a02026-02-01', '2026-02-02\u2003'], 'VARCHAR'],
  ['no-break spaces around words', ['true\u00a0', 'false'], 'VARCHAR'],
  ['tabs around decimal commas', ['12,5\t', '1,25'], 'VARCHAR'],
  ['epoch seconds', ['1735689600', '1735689660'], 'BIGINT'],
  ['days', ['2026-02-01', '2026/2/3'], 'DATE', ['2026-02-01', '2026-02-03']],
  ['days that do not exist', ['2026-02-30', '2026-02-01'], 'VARCHAR'],
  ['leap days', ['2024-02-29', '2000-02-29'], 'DATE'],
  ['February 29 of no leap year', ['2026-02-29', '2000-02-29'], 'VARCHAR'],
  ['days and times', ['2026-02-01', '2026-02-01 10:30'], 'TIMESTAMP', ['2026-02-01 00:00:00', '2026-02-01 10:30:00']],
  [
    'times with T',
    ['2026-02-01T10:30:15', '2026-02-01T10:30:15.25'],
    'TIMESTAMP',
    ['2026-02-01 10:30:15', '2026-02-01 10:30:15.25'],
  ],
  ['nanoseconds', ['2026-02-01 10:30:15.123456789'], 'TIMESTAMP_NS'],
  [
    'ticks of a zone',
    ['2026-02-01T10:30:15.1234567-07:00', '2026-02-01T10:30:15Z', '2026-02-01T10:30:15.5Z'],
    'TIMESTAMP_NS',
    ['2026-02-01 17:30:15.1234567', '2026-02-01 10:30:15', '2026-02-01 10:30:15.5'],
  ],
  [
    'nanoseconds with the day first',
    ['13.02.2026 10:30:15.123456789', '14.02.2026 24:00'],
    'TIMESTAMP_NS',
    ['2026-02-13 10:30:15.123456789', '2026-02-15 00:00:00'],
  ],
  [
    'the end of a day',
    ['2026-03-29 24:00', '2026-03-29 23:00'],
    'TIMESTAMP',
    ['2026-03-30 00:00:00', '2026-03-29 23:00:00'],
  ],
  ['times of day', ['10:30', '10:30:15'], 'TIME', ['10:30:00', '10:30:15']],
  ['hours that do not exist', ['2026-02-01 25:00'], 'VARCHAR'],
  [
    'American dates with 24 hours',
    ['02/13/2026 16:05', '2/5/2026 1:00'],
    'TIMESTAMP',
    ['2026-02-13 16:05:00', '2026-02-05 01:00:00'],
  ],
  [
    'American dates with 12 hours',
    ['01/13/17 01:00:00 PM', '01/13/17 12:00:00 AM'],
    'TIMESTAMP',
    ['2017-01-13 13:00:00', '2017-01-13 00:00:00'],
  ],
  ['German dates', ['13.02.2026 10:00', '1.2.2026 11:00'], 'TIMESTAMP', ['2026-02-13 10:00:00', '2026-02-01 11:00:00']],
  ['years of two digits', ['13/02/69', '01/01/00', '01/01/39'], 'DATE', ['1969-02-13', '2000-01-01', '2039-01-01']],
  ['names of months', ['01-Feb-2026', '13-Mar-2026'], 'DATE', ['2026-02-01', '2026-03-13']],
  [
    'offsets',
    ['2026-02-01T10:00:00-07:00', '2026-02-01T10:00:00Z'],
    'TIMESTAMP',
    ['2026-02-01 17:00:00', '2026-02-01 10:00:00'],
  ],
  ['times with and without a zone', ['2026-02-01T10:00:00', '2026-02-01T10:00:00Z'], 'VARCHAR'],
  ['dates in two orders', ['13/02/2026', '02/13/2026'], 'VARCHAR'],
  ['numbers of versions', ['1.2.26', '1.10.3'], 'VARCHAR'],
  ['addresses', ['10.0.0.1', '10.0.0.2'], 'VARCHAR'],
  ['thousands', ['1,013.25', '1,013'], 'DOUBLE', ['1013.25', '1013.0']],
  ['commas that could be either', ['1,013', '2,500'], 'VARCHAR'],
  ['decimal commas', ['12,5', '1.013,25'], 'DOUBLE', ['12.5', '1013.25']],
];
for (const [title, values, type, expected = values] of columns) {
  test(`reads ${title} as ${type}`, async () => {
    const rows = values.map((value, index) => `${index};${value}`);
    const found = await texts.read(texts.file('a.csv', ['id;x', ...rows].join('\n')));
    assert.deepEqual([found.types[1], found.rows.map((row) => row[1])], [type, expected]);
  });
}

/** [title, values of a column, the value that is refused, dates as the first offer reads them]. */
const openCenturies: readonly (readonly [string, readonly string[], string, readonly string[]])[] = [
  ['the day first', ['13/02/69', '13/02/68'], '13/02/68', ['1969-02-13', '2068-02-13']],
  ['the month first', ['02/13/40'], '02/13/40', ['2040-02-13']],
  ['the year first', ['68-02-21', '70-02-01'], '68-02-21', ['2068-02-21', '1970-02-01']],
  ['names of months', ['01-Feb-55'], '01-Feb-55', ['2055-02-01']],
  ['12 hours', ['01/13/55 01:00:00 PM'], '01/13/55 01:00:00 PM', ['2055-01-13 13:00:00']],
  ['a zone', ['13/02/55 10:00 UTC'], '13/02/55 10:00 UTC', ['2055-02-13 10:00:00']],
];
for (const [title, values, refused, read] of openCenturies) {
  test(`refuses a year of two digits that may be of either century, with ${title}`, async () => {
    const content = ['id;x', ...values.map((value, index) => `${index};${value}`)].join('\n');
    let offers: readonly TextFormat[] = [];
    await assert.rejects(texts.read(texts.file('a.csv', content)), (error) => {
      assert.ok(isPondError(error, 'ambiguous-dates'));
      assert.ok(error.message.includes(`in line ${values.indexOf(refused) + 2}, column "x", got "${refused}"`));
      offers = error.formats ?? [];
      return true;
    });
    const found = await Promise.all(offers.map((offer) => texts.read(texts.file('a.csv', content, offer))));
    assert.deepEqual(
      found.map(({ rows }) => rows.map((row) => row[1])),
      [read, values],
    );
  });
}
