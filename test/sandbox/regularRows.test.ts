/** Rows that are counted by the classes of their values have the facts of rows that are looked at one by one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { formatTest } from '../../server/src/sandbox/textTables/dateFormat.ts';
import { findLayout } from '../../server/src/sandbox/textTables/findLayout.ts';
import { RecordFault } from '../../server/src/sandbox/textTables/recordFault.ts';
import { RecordReader } from '../../server/src/sandbox/textTables/records.ts';
import { textOfScan } from '../../server/src/sandbox/textTables/savedScan.ts';
import { TableScan } from '../../server/src/sandbox/textTables/tableScan.ts';
import { extendedClass, isComplete } from '../../server/src/sandbox/textTables/valueClass.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { oddities, oneOf, randomTable, type RandomTable } from '../support/randomTables.ts';

/** Rows that were taken without dividing them, in all scans. */
let regularRows = 0;

/** All that a scan finds, as text; the message of its error. */
function scanned({ bytes, format }: RandomTable, chunkBytes: number, isRegular: boolean): string {
  const pondPath = '/a.csv';
  const rules = {
    nulls: new Set(format.nulls),
    isFormatted: format.dates === undefined ? undefined : formatTest(format.dates),
  };
  try {
    const layout = findLayout({ bytes, isWhole: true, format, pondPath });
    const table = new TableScan(layout, { format, rules });
    const { takeRegular } = table;
    const counted = (reader: RecordReader, from: number): number => {
      const { line } = reader;
      const to = takeRegular!(reader, from);
      regularRows += reader.line - line;
      return to;
    };
    const options = { ...layout, wholeLines: layout.skip };
    const reader = new RecordReader(options, table.take, isRegular && takeRegular ? counted : undefined);
    for (let at = 0; at < bytes.length; at += chunkBytes) reader.read(bytes.subarray(at, at + chunkBytes), false);
    reader.read(Buffer.alloc(0), true);
    const { lineEnds, hasSpacedQuotes, hasInnerMarks, hasLongRecords, line } = reader;
    const scan = textOfScan({
      encoding: 'utf-8',
      layout,
      table: table.result,
      lineEnds: [],
      hasLastEnd: true,
      isPlain: true,
    });
    return JSON.stringify([
      scan,
      lineEnds,
      hasSpacedQuotes,
      hasInnerMarks,
      hasLongRecords,
      line,
      table.needsOwnReading,
    ]);
  } catch (error) {
    if (!(error instanceof RecordFault) && !isPondError(error)) throw error;
    return error.message;
  }
}

test('rows counted by class have the same facts as rows read one by one', () => {
  for (const seed of seeds(120)) {
    const random = randomOf(seed);
    const file = randomTable(random);
    const chunkBytes = oneOf(random, [17, 300, 4000, 1_000_000]);
    assert.equal(scanned(file, chunkBytes, true), scanned(file, chunkBytes, false), `seed ${seed}`);
  }
  assert.ok(regularRows > 2000, `${regularRows} rows`);
});

test('a header again after spaces names the rows below it, also far below the first one', () => {
  for (const rows of [1, 5000]) {
    const bytes = Buffer.from(`t,a,b\n${'1,2,3\n'.repeat(rows)}  t, b, a\n4,5,text\n`);
    const found = scanned({ bytes, format: {} }, 1_000_000, true);
    assert.equal(found, scanned({ bytes, format: {} }, 1_000_000, false));
    assert.match(found, new RegExp(`laterHeaderLines\\W+${rows + 2}\\]`));
  }
});

/** Values of one form, of all its classes. */
const families: readonly (readonly string[])[] = [
  ['0', '1', '5', '07', '12', '23', '25', '123', '-7', '+7', '-0', '123456789012345'],
  ['0.5', '12.25', '5.', '.5', '-3.1', '1.234', '1e5', '1E-5', '1.5e+10', '0.123', '12345.6789'],
  ['2024-01-10', '2024-02-10', '2024-04-10', '2024-12-31', '2024-1-1', '2024/01/10'],
  ...[' ', 'T'].map((gap) =>
    ['01', '02', '04'].flatMap((month) =>
      [':30', ':30:15', ':30:15.5', ':30:15.123456', ':30:15Z', ':30:15+01:00', ':30+0130', ':30-05'].map(
        (clock) => `2024-${month}-10${gap}12${clock}`,
      ),
    ),
  ),
  ['01:30', '12:30', '23:59', '9:05', '12:30:15', '12:30:15.5', '23:59:59.999999'],
  ['true', 'false', 'TRUE'],
  ['nan', '-inf', 'Infinity', '1.5'],
  ['10/05/2024', '01.02.24'],
  ['north', '5 m'],
];

/** Values that are almost of a form. */
const nearly: readonly string[] = [
  ...['2023-02-29', '2024-02-29', '2024-02-30', '2024-04-31', '2024-01-32', '2024-00-10', '2024-13-10', '2024-01-00'],
  ...['2024-01-1', '2024-1-10', '2024-01/10', '2024-01-10 ', '20240-01-10', '2024-01-10 24:00', '2024-01-10 24:00:00'],
  ...['2024-01-10 12:60', '2024-01-10 12:30:60', '2024-01-10 12:30:15.', '2024-01-10 12:30:15.1234567'],
  ...[
    '2024-01-10 12:30:15.1234567890',
    '2024-01-10 12:30:15 Z',
    '2024-01-10 12:30:15+1',
    '2024-01-10 2:30',
    '2024-01-10Z',
  ],
  ...[
    '2024-01-10 12',
    '2024-01-10 12:',
    '2024-01-10  12:30',
    '2024-01-10 12:30:15-0130',
    '2024-01-10 12:30+15:59',
    '2024-01-10 12:30+16:00',
    '2024-01-10 12:30:15+0160',
    '2024-01-10T12:30:15UTC',
  ],
  ...['24:00', '12:60', '12:3', '12:30:60', '12:30:15.1234567', '1:2:3', '123:30', ':30', '-1:30'],
  ...[
    '00',
    '-00',
    '1234567890123456',
    '9007199254740993',
    '99999999999999999999',
    '1'.repeat(40),
    '1e',
    '1e1234',
    'e5',
    ...['12E5', '1E5', '1.5e3', '12e+5', '.5e5', '12.e5'],
  ],
  ...[
    '1..5',
    '1.2.3',
    '1,234',
    '12,5',
    '1.123456789012345678',
    '0.1234567890123456',
    '1.013',
    '0.013',
    '--1',
    '-',
    '+',
    '.',
  ],
  ...[
    'tru',
    'truee',
    'True',
    'na',
    'nan1',
    '+nan',
    'infinit',
    'T',
    'x',
    '',
    ' ',
    ' 5',
    '5 ',
    'ä',
    '10/13/2024',
    '13/10/2024',
  ],
];

test('one value that is almost of the form of a column has the effect that it has alone', () => {
  for (const [index, family] of families.entries()) {
    for (const quote of ['', '"']) {
      const row = (texts: readonly string[]): string => texts.map((text) => `${quote}${text}${quote}`).join(';');
      const rows = family.map((text) => row(nearly.map(() => text)));
      const header = nearly.map((_, column) => `c${column}`).join(';');
      for (const nulls of [[], ['12', '2024-02-10', 'nan']]) {
        const bytes = Buffer.from(`${[header, ...rows, ...rows, row(nearly), ...rows].join('\n')}\n`);
        const file = { bytes, format: { delimiter: ';', nulls } };
        assert.equal(scanned(file, 1e6, true), scanned(file, 1e6, false), `family ${index} ${quote} ${nulls.join()}`);
      }
    }
  }
});

test('lines in quotes that look like rows are none, wherever they are', () => {
  const row = (index: number): string => `${1000 + index},2024-05-${String(10 + (index % 18))},${index % 7},"a b"`;
  // Long enough to be read in two places at once.
  const rows = Array.from({ length: 400 }, (_, index) => row(index));
  for (const inner of [rows.slice(0, 60).join('\n'), `\n${row(1)}\n`, `${row(2)}\r\n`]) {
    const quoted = `5,2024-05-10,,"${inner.replaceAll('"', '""')}"`;
    for (let at = 1; at < rows.length; at += 23) {
      const lines = ['time,b,c,d', ...rows.slice(0, at), quoted, ...rows.slice(at), ',2024-05-10,1,x', quoted];
      const file = { bytes: Buffer.from(`${lines.join('\n')}\n`), format: {} };
      assert.equal(scanned(file, 1e6, true), scanned(file, 1e6, false), `row ${at}`);
      assert.match(scanned(file, 1e6, true), /rowCount\W+403/);
    }
  }
});

test('a class is extended like each of its texts', () => {
  const classOf = (text: string): string =>
    [...Buffer.from(text)].reduce((name, byte) => extendedClass(name, byte), '');
  for (const seed of seeds(10)) {
    const random = randomOf(seed);
    for (let round = 0; round < 50; round += 1) {
      const text = oneOf(random, oddities)(random);
      const name = classOf(text);
      // The name of a class is one of its own texts.
      if (isComplete(name)) assert.equal(classOf(name), name, text);
      assert.ok(!isComplete(name) || /^[\x20-\x7e]+$/.test(text), text);
    }
  }
});
