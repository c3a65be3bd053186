import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type SourceFile } from '../../server/src/sandbox/sources.ts';
import { type TableEdits } from '../../server/src/protocol/tables.ts';
import { planEdits, positionMap } from '../../server/src/sandbox/tableEdits/edits.ts';
import { encodeText } from '../../server/src/sandbox/tableEdits/encodeText.ts';
import { type Encoding } from '../../server/src/sandbox/textTables/decoded.ts';
import { RecordReader } from '../../server/src/sandbox/textTables/records.ts';
import { spliced } from '../../server/src/sandbox/tableEdits/splices.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { EditOperations } from '../../server/src/worker/editOperations.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { type EditedRow, editedModel, randomEdits } from '../support/editModel.ts';
import { TextFiles } from '../support/textFiles.ts';

const files = new TextFiles();
const temporary = makeTemporaryDirectory('duckpond-test');
const edits = new EditOperations({ openDisk: openHostDisk, threads: 1 }, temporary.path);
const never = new AbortController().signal;

before(() => files.open());
after(() => {
  files.close();
  temporary.remove();
});

/** Edits a file, and returns the bytes that are written. */
async function edited(file: SourceFile, change: Partial<TableEdits>): Promise<Buffer> {
  const target = join(temporary.path, randomUUID());
  await edits.editTable({ file, edits: { changed: [], deleted: [], inserted: [], ...change }, target }, never);
  return readFileSync(target);
}

/** How the values of a random file are written, column by column. */
interface Dialect {
  readonly name: string;
  readonly delimiter: string;
  readonly end: string;
  readonly encoding: Encoding;
  readonly mark: string;
  readonly above: string;
  readonly day: (year: number, month: number, day: number) => string;
  readonly comma: boolean;
  readonly truth: readonly [string, string];
  readonly texts: readonly string[];
}

const two = (value: number): string => String(value).padStart(2, '0');
const ascii = ['a', 'b c', 'x', 'it', 'q"q', 'l1\nl2', ' lead', 'semi;colon', 'co,mma'];
const dialects: readonly Dialect[] = [
  {
    name: 'plain',
    ...{ delimiter: ',', end: '\n', encoding: 'utf-8', mark: '', above: '', comma: false, truth: ['true', 'false'] },
    day: (y, m, d) => `${y}-${two(m)}-${two(d)}`,
    texts: [...ascii, 'é', '😀'],
  },
  {
    name: 'of a logger',
    ...{ delimiter: ';', end: '\r\n', encoding: 'windows-1252', mark: '', comma: true, truth: ['TRUE', 'FALSE'] },
    above: 'Logger 7;;\r\nÜber 20 °C;;\r\n',
    day: (y, m, d) => `${two(d)}.${two(m)}.${y}`,
    texts: [...ascii, 'µS', '20 €'],
  },
  {
    name: 'of a spreadsheet',
    ...{ delimiter: '\t', end: '\r\n', encoding: 'utf-16le', mark: '\ufeff', above: '', comma: false },
    truth: ['True', 'False'],
    day: (y, m, d) => `${m}/${d}/${y}`,
    texts: [...ascii, '雨'],
  },
  {
    name: 'with a mark',
    ...{ delimiter: '|', end: '\n', encoding: 'utf-8', mark: '\ufeff', comma: false, truth: ['true', 'false'] },
    above: '# of the harbor\n# 2026\n',
    day: (y, m, d) => `${y}-${two(m)}-${two(d)}`,
    texts: [...ascii, 'ß'],
  },
];

const columns = ['day', 'time', 'whole', 'number', 'text', 'flag'] as const;

/** A field of a random row, as the file has it. */
function field(dialect: Dialect, random: (count: number) => number, column: (typeof columns)[number]): string {
  const [year, month, day] = [2020 + random(6), 1 + random(12), 13 + random(15)];
  switch (column) {
    case 'day':
      return dialect.day(year, month, day);
    case 'time':
      return `${dialect.day(year, month, day)} ${two(10 + random(14))}:${two(random(60))}:${two(random(60))}`;
    case 'whole':
      return String(random(2000) - 1000);
    case 'number': {
      const text = (random(20000) / 100 - 77.5).toFixed(2);
      return dialect.comma ? text.replace('.', ',') : text;
    }
    case 'flag':
      return dialect.truth[random(2)] ?? '';
    case 'text': {
      const text = dialect.texts[random(dialect.texts.length)] ?? '';
      const needsQuotes = text.includes(dialect.delimiter) || /["\n]|^ /.test(text);
      return needsQuotes || random(5) === 0 ? `"${text.replaceAll('"', '""')}"` : text;
    }
  }
}

/** Rows that are never edited, so that each column keeps its type. */
const settled = 8;

function randomLines(dialect: Dialect, random: (count: number) => number, count: number): string[] {
  return Array.from({ length: count }, (_, row) => {
    const fields = columns.map((column) => (row >= settled && random(8) === 0 ? '' : field(dialect, random, column)));
    // A line of empty fields alone is a row, but no test of it is of use here.
    return `${fields.join(dialect.delimiter)}${dialect.end}`;
  });
}

/** A value that a person types, of each column. */
function typed(dialect: Dialect, random: (count: number) => number): EditedRow {
  const date = `20${20 + random(6)}-${two(1 + random(12))}-${two(1 + random(28))}`;
  const values = [
    date,
    `${date} ${two(random(24))}:${two(random(60))}:${two(random(60))}`,
    String(random(99999)),
    `${random(999)}.${1 + random(98)}`.replace(/0$/, '5'),
    dialect.texts[random(dialect.texts.length)] ?? '',
    random(2) === 0 ? 'true' : 'false',
  ];
  return new Map(columns.map((column, index) => [column, random(6) === 0 ? null : (values[index] ?? null)]));
}

for (const seed of seeds(3)) {
  for (const dialect of dialects) {
    test(`an edited file ${dialect.name} is read as the edited rows, and other lines stay (seed ${seed})`, async () => {
      const random = randomOf(seed * 31 + dialect.name.length);
      const lines = randomLines(dialect, random, 30 + random(30));
      if (random(2) === 0) lines[lines.length - 1] = lines.at(-1)!.slice(0, -dialect.end.length);
      const head = `${dialect.mark}${dialect.above}${columns.join(dialect.delimiter)}${dialect.end}`;
      const bytes = (text: string): Buffer => encodeText(text, dialect.encoding)!;
      const name = dialect.delimiter === '\t' ? 'a.tsv' : 'a.csv';
      const file = files.file(name, bytes(head + lines.join('')));
      const before = await files.read(file);
      assert.equal(before.rows.length, lines.length);
      const change = randomEdits(random, { count: lines.length, settled, typed: () => typed(dialect, random) });
      const written = await edited(file, change);
      const after = await files.read(files.file(name, written));
      assert.deepEqual(after.types, before.types);
      assert.deepEqual(after.rows, editedModel(before.rows, columns, change));
      const touched = new Set([...change.deleted, ...change.changed.map(({ position }) => position)]);
      const kept = lines.filter((_, row) => !touched.has(row)).map((line) => line.replace(/[\r\n]+$/, ''));
      assert.ok(written.subarray(0, bytes(head).length).equals(bytes(head)), 'the lines above the rows');
      let at = 0;
      for (const line of kept) {
        const found = written.indexOf(bytes(line), at);
        assert.ok(found >= at, `the line ${line}`);
        at = found + bytes(line).length;
      }
    });
  }
}

test('an edit of one field changes the bytes of that field alone', async () => {
  for (const [name, text, column, value, expected] of [
    ['quotes and spaces', 'a, "b" ,c\n1, "x" ,"y"\n2,"z",w\n', 'a', '7', 'a, "b" ,c\n7, "x" ,"y"\n2,"z",w\n'],
    ['a quoted field', 'a,b\n1,"x"\n2,"z"\n', 'b', 'y', 'a,b\n1,"y"\n2,"z"\n'],
    ['NULL', 'a,b\n1,"x"\n2,"z"\n', 'b', null, 'a,b\n1,\n2,"z"\n'],
    ['no end of the last line', 'a,b\n1,x\n2,z', 'b', 'q', 'a,b\n1,q\n2,z'],
    ['a footer of blanks', 'a,b\n1,x\n2,z\n\n\n', 'a', '5', 'a,b\n5,x\n2,z\n\n\n'],
    ['mixed ends of lines', 'a,b\r\n1,x\n2,z\r\n', 'a', '5', 'a,b\r\n5,x\n2,z\r\n'],
    ['a sep line', 'sep=;\na;b\n1;x\n2;y\n', 'b', 'v;w', 'sep=;\na;b\n1;"v;w"\n2;y\n'],
    [
      'a month by name',
      'd,b\n05 Jan 2026,1\n17 Feb 2026,2\n',
      'd',
      '2026-03-09',
      'd,b\n09 Mar 2026,1\n17 Feb 2026,2\n',
    ],
    [
      'a time with a zone',
      't,b\n2026-01-05T10:00:00Z,1\n2026-01-05T11:00:00Z,2\n',
      't',
      '2026-01-05 12:30:00',
      't,b\n2026-01-05T12:30:00Z,1\n2026-01-05T11:00:00Z,2\n',
    ],
  ] as const) {
    const file = files.file('one.csv', text);
    const written = await edited(file, { changed: [{ position: 0, values: [[column, value]] }] });
    assert.equal(written.toString(), expected, name);
  }
});

test('rows are removed and added with the ends of lines that the file has', async () => {
  const row = (a: string): readonly (readonly [string, string])[] => [['a', a]];
  for (const [text, change, expected] of [
    ['a,b\n1,x\n2,y', { inserted: [{ before: 2, values: row('3') }] }, 'a,b\n1,x\n2,y\n3,'],
    [
      'a,b\r\n1,x\r\n',
      {
        inserted: [
          { before: 0, values: row('3') },
          { before: 0, values: row('4') },
        ],
      },
      'a,b\r\n3,\r\n4,\r\n1,x\r\n',
    ],
    ['a,b\n1,x\n2,y', { deleted: [1] }, 'a,b\n1,x\n'],
    ['a,b', { inserted: [{ before: 0, values: row('3') }] }, 'a,b\n3,'],
    ['a,b\r\n\r\n', { inserted: [{ before: 0, values: row('3') }] }, 'a,b\r\n\r\n3,\r\n'],
    ['a,b\n1,x\n2,y\n', { deleted: [0], inserted: [{ before: 2, values: row('3') }] }, 'a,b\n2,y\n3,\n'],
  ] as const) {
    assert.equal((await edited(files.file('rows.csv', text), change)).toString(), expected);
  }
});

test('the stated format of dates, decimals and missing values is that of new values', async () => {
  const text = 'Tag;Wert\n05.01.2026 10:00;1,5\n06.01.2026 11:00;NA\n';
  const format = { dates: '%d.%m.%Y %H:%M', decimal: ',', nulls: ['NA'], zone: '+01:00' } as const;
  const written = await edited(files.file('stated.csv', text, format), {
    changed: [
      {
        position: 1,
        values: [
          ['Tag', '2026-01-06 12:15:00'],
          ['Wert', '2.25'],
        ],
      },
    ],
  });
  assert.equal(written.toString(), 'Tag;Wert\n05.01.2026 10:00;1,5\n06.01.2026 13:15;2,25\n');
});

const refusals: readonly (readonly [what: string, text: string, change: Partial<TableEdits>, reason: RegExp])[] = [
  [
    'another type',
    'a,b\n1,x\n2,y\n',
    { changed: [{ position: 1, values: [['a', 'x']] }] },
    /expected BIGINT in row 2, column "a".*got "x"/,
  ],
  [
    'a rounded value',
    'a,b\n1,x\n2,y\n',
    { changed: [{ position: 1, values: [['a', '1.5']] }] },
    /expected BIGINT: a whole number/,
  ],
  ['an empty text', 'a,b\n1,x\n2,y\n', { changed: [{ position: 1, values: [['b', '']] }] }, /no empty text/],
  [
    'seconds that the form lacks',
    'd,b\n13/02/2026 10:00,1\n14/02/2026 10:00,2\n',
    { changed: [{ position: 1, values: [['d', '2026-02-14 10:00:30']] }] },
    /TIMESTAMP in a form that the column has/,
  ],
  [
    'an unknown column',
    'a,b\n1,x\n2,y\n',
    { changed: [{ position: 1, values: [['c', '1']] }] },
    /a column of the table/,
  ],
  ['a row that is not there', 'a,b\n1,x\n2,y\n', { deleted: [2] }, /the 2 rows .*got row 3/],
  [
    'a row that becomes a blank line',
    'a\n1\n2\n',
    { changed: [{ position: 1, values: [['a', null]] }] },
    /1 rows in place of 2/,
  ],
  ['the row that decides the order of dates', 'd,b\n01/02/2026,1\n13/02/2026,2\n', { deleted: [1] }, /./],
];

test('edits that the file cannot hold are refused with the reason', async () => {
  for (const [what, text, change, reason] of refusals) {
    await assert.rejects(
      edited(files.file('refused.csv', text), change),
      (error: unknown) =>
        isPondError(error) && ['invalid-content', 'ambiguous-dates'].includes(error.code) && reason.test(error.message),
      what,
    );
  }
  const latin = files.file('latin.csv', Buffer.from('a,b\nü,x\n\xe9,y\n', 'latin1'));
  await assert.rejects(
    edited(latin, { changed: [{ position: 0, values: [['b', '雨']] }] }),
    (error: unknown) => isPondError(error, 'invalid-content') && /latin-1/.test(error.message),
  );
  await assert.rejects(
    edits.checkCells({ file: { ...latin, reading: { ...latin.reading, compression: 'gzip' } }, cells: [] }, never),
    (error: unknown) => isPondError(error, 'read-only'),
  );
});

test('cells are checked before they are edits, and returned as they are read', async () => {
  const file = files.file('check.csv', 'n,t,d\n1.5,x,2026-01-01\n2.5,y,2026-01-02\n');
  const cells = [
    { column: 'n', value: ' 3 ' },
    { column: 'n', value: 'three' },
    { column: 'd', value: '2026-1-3' },
    { column: 't', value: null },
    { column: 't', value: 'z' },
  ];
  assert.deepEqual(await edits.checkCells({ file, cells }, never), [
    { value: '3.0' },
    { expected: 'DOUBLE' },
    { value: '2026-01-03' },
    { value: null },
    { value: 'z' },
  ]);
});

test('the places of records are those in the whole text, however it is cut into chunks', async () => {
  const text = 'a,b\n1,"x\ny"\r\n\n2,"é"\n3,z';
  for (const size of [1, 2, 3, 5, 100]) {
    const chunks = Array.from({ length: Math.ceil(Buffer.byteLength(text) / size) }, (_, index) =>
      Buffer.from(text).subarray(index * size, (index + 1) * size),
    );
    const records: string[] = [];
    const reader = new RecordReader({ delimiter: ',', quote: '"', comment: '', wholeLines: 0 }, (record) => {
      records.push(Buffer.from(text).toString('utf8', record.base + record.from, record.base + record.to));
      return true;
    });
    for (const chunk of chunks) reader.read(chunk, false);
    reader.read(Buffer.alloc(0), true);
    assert.deepEqual(records, ['a,b\n', '1,"x\ny"\r\n', '\n', '2,"é"\n', '3,z'], `chunks of ${size}`);
    const splices = [
      { start: 4, end: 5, text: '10' },
      { start: 12, end: 12, text: 'new\n' },
      { start: 13, end: 20, text: '' },
      { start: 24, end: 24, text: '!' },
    ];
    const parts: Buffer[] = [];
    for await (const part of spliced(Readable.from(chunks), splices)) parts.push(part);
    const bytes = Buffer.from(text);
    const expected = [
      'a,b\n10',
      bytes.subarray(5, 12),
      'new\n',
      bytes.subarray(12, 13),
      bytes.subarray(20, 24),
      '!',
      bytes.subarray(24),
    ];
    assert.equal(Buffer.concat(parts).toString(), Buffer.concat(expected.map((part) => Buffer.from(part))).toString());
  }
});

test('an edit that turns repeated times into those of the other pass is refused, also where as many stay in each', async () => {
  const text =
    't\n2026-10-25 01:00\n2026-10-25 02:10\n2026-10-25 02:40\n2026-10-25 02:20\n2026-10-25 03:00\n2026-10-26 00:00\n';
  const file = files.file('passes.csv', text, { zone: 'Europe/Berlin' });
  const to = (position: number, time: string): TableEdits['changed'][number] => ({ position, values: [['t', time]] });
  const refused = { code: 'invalid-content', message: /as repeated times of the other pass in the column "t"$/ };
  // Rows 2 and 3 are of the first pass; with the latest time first, rows 3 and 4 are.
  const turned = [to(0, '2026-10-25 02:00:00'), to(4, '2026-10-24 23:00:00')];
  await assert.rejects(edited(file, { changed: turned }), refused);
  const moved = { deleted: [5], inserted: [{ before: 0, values: [['t', '2026-10-24 00:00:00']] as const }] };
  const after = text.replace('t\n', 't\n2026-10-24 02:00\n').replace('2026-10-26 00:00\n', '');
  assert.equal(String(await edited(file, moved)), after);
});

test('positions of rows after edits are those of the rows that stay', () => {
  const change = { changed: [], deleted: [0, 3], inserted: [1, 1, 4].map((before) => ({ before, values: [] })) };
  assert.deepEqual([0, 1, 2, 3, 4, 5].map(positionMap(planEdits(change))), [undefined, 2, 3, undefined, 5, 6]);
});
