/** How text files are read: what is stated, what is found, what is refused, and what is described. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TextFormat } from '../../server/src/sandbox/textFormat.ts';
import { encodings } from '../../server/src/sandbox/textTables/decoded.ts';
import { TextFiles } from '../support/textFiles.ts';
import { textFormatFields } from '../../server/src/documents/textFormat.ts';

const texts = new TextFiles();
before(() => texts.open());
after(() => texts.close());

type Content = string | Uint8Array;

/** [title, format, content, rows, expected types or none]. */
const stated: readonly (readonly [string, TextFormat, Content, (string | null)[][]])[] = [
  ['delimiter', { delimiter: '::' }, 'a::b\n1::2\n', [['1', '2']]],
  ['quote', { quote: "'" }, "a,b\n1,'x, y'\n", [['1', 'x, y']]],
  ['no quote', { quote: '' }, 'a,b\n1,"x\n', [['1', '"x']]],
  [
    'comment',
    { comment: ';' },
    'a,b\n1,2\n; cleaned, here\n3,4\n',
    [
      ['1', '2'],
      ['3', '4'],
    ],
  ],
  ['no comment', { comment: '' }, '#a,b\n1,2\n', [['1', '2']]],
  ['skip', { skip: 2 }, 'a,b\n7,8\nc,d\n1,2\n', [['1', '2']]],
  [
    'header: false',
    { header: false },
    'a,b\nc,d\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['header: true', { header: true }, '2020,2021\n1,2\n', [['1', '2']]],
  [
    'names',
    { names: ['t', 'v'], header: false },
    '1,2\n3,4\n',
    [
      ['1', '2'],
      ['3', '4'],
    ],
  ],
  ['units', { units: true }, 't,v\ns,degC\n1,2.5\n', [['1', '2.5']]],
  ['below', { below: 2 }, 't,v\nAvg,Min\n\n"2,\n3",x\n1,2.5\n', [['1', '2.5']]],
  ['units, and a line below them', { units: true, below: 1 }, 't,v\ns,degC\n,Avg\n1,2.5\n', [['1', '2.5']]],
  ['more lines below than there are', { below: 9 }, 't,v\nAvg,Min\n', []],
  [
    'units and a line below each header',
    { units: true, below: 1 },
    't,v\ns,degC\n,Avg\n1,2.5\nt,w\ns,m\n,Max\n2,7\n',
    [
      ['1', '2.5', null],
      ['2', null, '7'],
    ],
  ],
  ['footer', { footer: 2 }, 't,v\n1,2\nEND OF FILE\n2 rows, all good, done\n', [['1', '2']]],
  [
    'nulls',
    { nulls: ['-9999', 'NA'] },
    't,v\n1,-9999\n2,2.5\n3, NA\n',
    [
      ['1', null],
      ['2', '2.5'],
      ['3', null],
    ],
  ],
  [
    'decimal comma',
    { decimal: ',' },
    't;v\n1;1.013\n2;2\n',
    [
      ['1', '1013.0'],
      ['2', '2.0'],
    ],
  ],
  [
    'decimal point',
    { decimal: '.' },
    't;v\n1;1,013\n2;2\n',
    [
      ['1', '1013.0'],
      ['2', '2.0'],
    ],
  ],
  ['dates: day-first', { dates: 'day-first' }, 't,v\n02/05/2026,1\n', [['2026-05-02', '1']]],
  ['dates: month-first', { dates: 'month-first' }, 't,v\n02/05/2026,1\n', [['2026-02-05', '1']]],
  ['dates as a format', { dates: '%d.%m.%Y %H.%M' }, 't,v\n02.05.2026 10.30,1\n', [['2026-05-02 10:30:00', '1']]],
  ['dates as a format of digits', { dates: '%Y%m%d' }, 't,v\n20260502,1\n', [['2026-05-02', '1']]],
  ['zone as an offset', { zone: '-07:00' }, 't,v\n2026-02-01 10:00,1\n', [['2026-02-01 17:00:00', '1']]],
  [
    'zone by name',
    { zone: 'America/Denver' },
    't,v\n2026-02-01 10:00,1\n2026-07-01 10:00,2\n',
    [
      ['2026-02-01 17:00:00', '1'],
      ['2026-07-01 16:00:00', '2'],
    ],
  ],
  [
    'repeated: first',
    { zone: 'America/Denver', repeated: 'first' },
    't,v\n2026-11-01 01:30,1\n',
    [['2026-11-01 07:30:00', '1']],
  ],
  [
    'repeated: second',
    { zone: 'America/Denver', repeated: 'second' },
    't,v\n2026-11-01 01:30,1\n',
    [['2026-11-01 08:30:00', '1']],
  ],
  [
    'ragged: fill',
    { ragged: 'fill' },
    't,v,w\n1,2,3\n4\n5,6,7,8\n',
    [
      ['1', '2', '3', null],
      ['4', null, null, null],
      ['5', '6', '7', '8'],
    ],
  ],
  [
    'ragged: skip',
    { ragged: 'skip' },
    't,v,w\n1,2,3\n4\n5,6,7,8\n9,9,9\n',
    [
      ['1', '2', '3'],
      ['9', '9', '9'],
    ],
  ],
  ['types', { types: { id: 'text', n: 'number' } }, 'id,n\n12,3\n', [['12', '3.0']]],
  ['integer for zeros', { types: { m: 'integer' } }, 'm,n\n02,3\n', [['2', '3']]],
  ['the type of all', { types: { '*': 'text' } }, 'm,n\n02,3.50\n', [['02', '3.50']]],
  ['a header of one column, whose name is a value too', { header: true }, 'site\nnorth\nsite\n', [['north'], ['site']]],
  ['latin-1', { encoding: 'latin-1' }, Buffer.from('t,v\n1,\xb0C\n', 'latin1'), [['1', '°C']]],
  ['utf-16be', { encoding: 'utf-16be' }, Buffer.from('t,v\n1,°C\n', 'utf16le').swap16(), [['1', '°C']]],
];
for (const [title, format, content, rows] of stated) {
  test(`honors ${title}`, async () =>
    assert.deepEqual((await texts.read(texts.file('a.csv', content, format))).rows, rows));
}

/** [title, content, rows]: found without a statement. */
const found: readonly (readonly [string, Content, (string | null)[][]])[] = [
  ['UTF-8 with a byte-order mark', '\ufefft,v\n1,°C\n', [['1', '°C']]],
  [
    'joined files, each with a byte-order mark',
    '\ufefft,v\n1,a\n\ufeff2,b\n',
    [
      ['1', 'a'],
      ['2', 'b'],
    ],
  ],
  ['UTF-16LE', Buffer.from('\ufefft,v\n1,°C\n', 'utf16le'), [['1', '°C']]],
  ['UTF-16BE without a mark', Buffer.from('time,value\n1,2\n', 'utf16le').swap16(), [['1', '2']]],
  ['windows-1252', Buffer.from('t,v\n1,\x80 \xb0C\n', 'latin1'), [['1', '€ °C']]],
  [
    'mixed line ends',
    't,v\r\n1,2\n3,4\r\n5,6\r7,8',
    [
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
      ['7', '8'],
    ],
  ],
  [
    'a delimiter after each row',
    't,v\n1,2,\n3,4,\n',
    [
      ['1', '2', null],
      ['3', '4', null],
    ],
  ],
  ['a first line that names the delimiter', 'sep=;\nt;v\n1;2\n', [['1', '2']]],
  ['spaces before quotes', 't,v\n1, "a, b"\n', [['1', 'a, b']]],
  [
    'lines within quotes',
    't,v\n1,"a\nb"\n2,c\n',
    [
      ['1', 'a\nb'],
      ['2', 'c'],
    ],
  ],
  ['a quote inside a text', 't,v\n1,5" pipe\n', [['1', '5" pipe']]],
  ['doubled quotes', 't,v\n1,"5"" pipe"\n', [['1', '5" pipe']]],
  [
    'a header again',
    't,v\n1,2\nt,v\n3,4\n',
    [
      ['1', '2'],
      ['3', '4'],
    ],
  ],
  [
    'blank lines',
    't,v\n\n1,2\n\n3,4\n\n',
    [
      ['1', '2'],
      ['3', '4'],
    ],
  ],
  ['a header alone', 't,v\n', []],
  ['a list of words', 'site\nharbor\ndock, north\n', [['harbor'], ['dock, north']]],
];
for (const [title, content, rows] of found) {
  test(`finds ${title}`, async () => assert.deepEqual((await texts.read(texts.file('a.csv', content))).rows, rows));
}

/** [title, content, format, message]. */
const refused: readonly (readonly [string, Content, TextFormat, RegExp])[] = [
  ['a last line cut short', 't,v,w\n1,2,3\n4,5,6\n7', {}, /expected 3 fields in line 4.*got 1/],
  ['an unquoted comma', 't,v,note\n1,2,ok\n3,4,ok\n5,6,wet, cold\n7,8,ok\n', {}, /expected 3 fields in line 4.*got 4/],
  ['a footer', 't,v,w\n1,2,3\n4,5,6\nEND OF FILE\n', {}, /expected 3 fields in line 4/],
  ['a quote that is not closed', 't,v\n1,"2\n3,4\n', {}, /line 2: a quote that opens here is not closed/],
  ['text after a quote', 't,v\n1,"2" x\n3,4\n', {}, /line 2: a field goes on/],
  ['decimal commas in a list', 'value\n12,5\n13,5\n', {}, /line 2 begins a table of 2 columns/],
  ['too few names', 'a,b\n1,2\n', { names: ['x'] }, /line 1 has 2 fields, and `names` has 1$/],
  ['a type that a value does not fit', 'a,b\n1,2.5\n', { types: { b: 'integer' } }, /"2.5" in line 2, column "b"/],
  ['a type of no column', 'a,b\n1,2\n', { types: { c: 'text' } }, /no column "c"/],
  ['a date not in the stated order', 't,v\n13/02/2026,1\n', { dates: 'month-first' }, /"13\/02\/2026" in line 2/],
  [
    'a date not in the stated format',
    't,v\n01.02.2026,1\n2026-02-01,2\n',
    { dates: '%d.%m.%Y' },
    /"2026-02-01" in line 3/,
  ],
  ['a stated decimal sign that is not', 't;v\n1;12.5\n', { decimal: ',' }, /"12.5" in line 2/],
  [
    'bytes that are not as stated',
    Buffer.from('t,v\n1,\xb0C\n', 'latin1'),
    { encoding: 'utf-8' },
    /line 2 has bytes that are not utf-8/,
  ],
  [
    'bytes of no character',
    Buffer.from('t,v\n1,\x80\n2,\x81\n', 'latin1'),
    {},
    /line 3 has bytes that are not windows-1252/,
  ],
  ['a zone that does not exist', 't,v\n2026-02-01 10:00,1\n', { zone: 'Mars/Base' }, /"Mars\/Base" is not a time zone/],
  [
    'a time that the clocks leave out',
    't,v\n2026-03-08 02:30,1\n',
    { zone: 'America/Denver' },
    /"2026-03-08 02:30" in line 2, column "t", does not exist in America\/Denver/,
  ],
];
for (const [title, content, format, message] of refused) {
  test(`refuses ${title}`, async () => {
    await assert.rejects(texts.read(texts.file('a.csv', content, format)), message);
  });
}

test('files of one pattern share types, decimal signs and the order of dates', async () => {
  const files = [
    texts.file('a.csv', 't;v;n\n01/02/2026;1,013;1\n'),
    texts.file('b.csv', 't;v;n\n13/02/2026;12,5;2.5\n'),
    texts.file('c.csv', 't;n;more\n2026-02-14;x;1\n'),
  ];
  assert.deepEqual(await texts.read(...files), {
    types: ['DATE', 'DOUBLE', 'VARCHAR', 'BIGINT'],
    rows: [
      ['2026-02-01', '1.013', '1', null],
      ['2026-02-13', '12.5', '2.5', null],
      ['2026-02-14', null, 'x', '1'],
    ],
  });
});

test('a description counts the lines below the header that are left out, and has the units above them', async () => {
  const content = '"TOA5","SITE_A"\n"t","v"\n"TS","degC"\n"","Avg"\n"2014-11-02 00:00:00",-2.042\n';
  const [text] = await texts.describe(texts.file('toa5.csv', content, { skip: 1, units: true, below: 1 }));
  assert.deepEqual([text?.headerLine, text?.unitsLine, text?.headEnd], [2, 3, 4]);
  assert.deepEqual(text?.skipped, [
    { reason: 'above the header', count: 1, firstLine: 1 },
    { reason: 'below the header', count: 1, firstLine: 4 },
  ]);
  assert.deepEqual(
    text?.columns.map(({ type, unit }) => [type, unit]),
    [
      ['TIMESTAMP', 'TS'],
      ['DOUBLE', 'degC'],
    ],
  );
});

test('a description says what was decided, and why', async () => {
  const content = 'Station,Harbor\n\nt,v,id\nd/m/y,degC,\n13/02/2026,1.5,007\n14/02/2026,,008\nno row\n';
  const file = texts.file('a.csv', content, { units: true, ragged: 'skip', skip: 2 });
  const [text] = await texts.describe(file);
  assert.deepEqual(text, {
    path: '/a.csv',
    encoding: 'utf-8',
    compression: undefined,
    delimiter: ',',
    quote: '"',
    lineEnds: ['LF'],
    hasLastEnd: true,
    headerLine: 3,
    laterHeaderLines: [],
    unitsLine: 4,
    headEnd: 4,
    skipped: [
      { reason: 'above the header', count: 2, firstLine: 1 },
      { reason: 'other number of fields', count: 1, firstLine: 7 },
    ],
    dates: { text: 'day-first', decidedBy: '/a.csv' },
    repeated: [],
    columns: [
      { name: 't', type: 'DATE', unit: 'd/m/y', reason: undefined },
      { name: 'v', type: 'DOUBLE', unit: 'degC', reason: undefined },
      { name: 'id', type: 'VARCHAR', unit: undefined, reason: 'line 5 of /a.csv has "007"' },
    ],
    rowCount: 2,
    offers: [],
    stated: ['units', 'ragged', 'skip'],
  });
});

test('a description names the first word of a column that is text from its first row on, above values', async () => {
  const [text] = await texts.describe(texts.file('a.csv', 't,v,site\n,degC,A\n2026-02-13,1.5,B\n2026-02-14,1.6,C\n'));
  assert.deepEqual(
    text?.columns.map(({ type, reason }) => [type, reason]),
    [
      ['DATE', undefined],
      ['VARCHAR', 'line 2 of /a.csv has "degC"'],
      ['VARCHAR', undefined],
    ],
  );
});

/** [encoding, bytes of the header's name, the name]. */
const encoded: readonly (readonly [string, string, string])[] = [
  ['windows-1250', 'd8ed6861', 'Říha'],
  ['windows-1251', 'd0e5eae0', 'Река'],
  ['windows-1253', 'cde5f1fc', 'Νερό'],
  ['windows-1254', 'd0', 'Ğ'],
  ['iso-8859-2', 'a3f364bc', 'Łódź'],
  ['iso-8859-5', 'c0d5dad0', 'Река'],
  ['iso-8859-7', 'cde5f1fc', 'Νερό'],
  ['iso-8859-15', 'a4', '€'],
  ['macintosh', 'a143', '°C'],
  ['ibm866', '90a5aaa0', 'Река'],
  ['koi8-r', 'f2c5cbc1', 'Река'],
  ['shift_jis', '89b79378', '温度'],
  ['euc-jp', 'b2b9c5d9', '温度'],
  ['gb18030', 'cec2b6c8', '温度'],
  ['big5', 'b7c5abd7', '溫度'],
  ['euc-kr', 'bfc2b5b5', '온도'],
];
for (const [encoding, hex, name] of encoded) {
  test(`reads text in ${encoding}, as stated`, async () => {
    const content = Buffer.concat([Buffer.from('t,'), Buffer.from(hex, 'hex'), Buffer.from('\n1,2\n')]);
    const [text] = await texts.describe(texts.file('a.csv', content, { encoding }));
    assert.deepEqual([text?.encoding, text?.columns[1]?.name], [encoding, name]);
  });
}

test('the encodings that a document can state are those that are read', () => {
  const { encoding } = textFormatFields;
  const stated = encoding.schema.type === 'choice' ? encoding.schema.choices.map(({ value }) => value) : [];
  assert.deepEqual(new Set(stated), new Set(encodings));
});

test('bytes that are not of a stated encoding are refused with their line', async () => {
  const content = Buffer.concat([Buffer.from('t,v\n1,2\n3,'), Buffer.from([0x89]), Buffer.from('\n')]);
  const message = /line 3 has bytes that are not shift_jis/;
  await assert.rejects(texts.read(texts.file('a.csv', content, { encoding: 'shift_jis' })), { message });
  const cut = content.subarray(0, -1);
  await assert.rejects(texts.read(texts.file('a.csv', cut, { encoding: 'shift_jis' })), { message });
});
