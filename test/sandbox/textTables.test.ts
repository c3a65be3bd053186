/** Text files as tables: no row is skipped and no value changed, or the query fails with a position. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { makeTestPond, type TestPond } from '../sql/testPond.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';

let made: TestPond;
let engine: QueryEngine;
let count = 0;

before(async () => {
  made = await makeTestPond();
  engine = new QueryEngine({ openDisk: openHostDisk });
});
after(async () => {
  await engine.close();
  await made.close();
});

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Writes files into a folder of their own, runs a query in which FOLDER is that folder, and returns the rows. */
async function rowsOf(files: Files, sql: string): Promise<(string | null)[][]> {
  const folder = `/case${(count += 1)}`;
  await made.root.createDirectory(folder);
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    await made.root.writeFile(`${folder}/${name}`, bytes);
  }
  const { resultId, rowCount } = await engine.run(made.pond, { sql: sql.replaceAll('FOLDER', folder) });
  const { columns } = await engine.rows(resultId, 0, rowCount);
  await engine.release(resultId);
  return Array.from({ length: rowCount }, (_, row) => columns.map((column) => column[row] ?? null));
}

function reads(name: string, files: Files, sql: string, expected: (string | null)[][]): void {
  test(`reads ${name}`, async () => assert.deepEqual(await rowsOf(files, sql), expected));
}

function refuses(name: string, files: Files, sql: string, code: string, message: RegExp): void {
  test(`refuses ${name}`, async () => {
    await assert.rejects(rowsOf(files, sql), (error: unknown) => {
      assert.ok(error instanceof Error && 'code' in error);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  });
}

const lines = (head: string, ...rows: readonly string[]): string => `${[head, ...rows].join('\n')}\n`;
const numbered = (length: number, row: (index: number) => string): string[] => Array.from({ length }, (_, i) => row(i));
const many = 25_000;

for (const [type, first, late, expected] of [
  ['numbers after whole numbers', '0', '12.6', ['DOUBLE', '12.6']],
  ['times of day after dates', '2026-01-01', '2026-01-02 10:30:00', ['TIMESTAMP', '2026-01-02 10:30:00']],
  ['numbers after blanks', '', '3.5', ['DOUBLE', '3.5']],
  ['words after true and false', 'true', '1', ['VARCHAR', '1']],
] as const) {
  const content = lines('id,x', ...numbered(many, (i) => `${i},${first}`), `${many},${late}`);
  reads(`${type} as they are`, { 'a.csv': content }, `SELECT typeof(x), x FROM "FOLDER/a.csv" WHERE id = ${many}`, [
    [...expected],
  ]);
}

refuses(
  'a word in a column of numbers, with its line',
  { 'a.csv': lines('id,x', ...numbered(many, (i) => `${i},1`), `${many},none`) },
  'SELECT count(x) FROM "FOLDER/a.csv"',
  'invalid-content',
  /a\.csv cannot be read: .* in line 25002, column "x", got "none"/,
);
refuses(
  'a short line below many, with its number',
  { 'a.csv': lines('id,x,y', ...numbered(many, (i) => `${i},1,2`), 'cut') },
  'FROM "FOLDER/a.csv"',
  'invalid-content',
  /25002/,
);
refuses(
  'a short line below a few, with its number',
  { 'a.csv': lines('id,x,y', ...numbered(20, (i) => `${i},1,2`), 'cut') },
  'FROM "FOLDER/a.csv"',
  'invalid-content',
  /expected 3 fields in line 22, as in those before it, got 1/,
);
reads(
  'quotes that only late rows have',
  { 'a.csv': lines('id,x', ...numbered(many, (i) => `${i},a`), `${many},"b,c"`) },
  `SELECT x FROM "FOLDER/a.csv" WHERE id = ${many}`,
  [['b,c']],
);

for (const [name, ...head] of [
  ['an open quote above the header', 'Site: B, "north', 'x"', 'v,w,u'],
  ['a quoted line end above the header', '"Site","north', 'x"', 'v,w,u'],
  ['a quoted comma above the header', '"Site","B, north"', '"v","w","u"'],
  ['a quote within a word above the header', 'Pipe of 3" width', '', 'v,w,u'],
  ['a header of two lines', 'v,"w', '(m)",u'],
] as const) {
  const content = lines(head[0], ...head.slice(1), '1,2,a', '3,4,b', '5,6,c');
  reads(`all rows below ${name}`, { 'a.csv': content }, 'FROM "FOLDER/a.csv"', [
    ['1', '2', 'a'],
    ['3', '4', 'b'],
    ['5', '6', 'c'],
  ]);
}

const secondHeader = (...above: readonly string[]): Files => ({
  'a.csv': lines('Timestamp,T', ...above, 'Timestamp,T,DO', '4,10.4,8.1', '5,10.5,8.2'),
});
for (const [name, above] of [
  ['one row', 1],
  ['three rows', 3],
  ['a thousand rows', 1000],
  ['more rows than DuckDB skips', 3000],
] as const) {
  reads(
    `${name} above a second header, by the names of both`,
    secondHeader(...numbered(above, (i) => `${i},1.5`)),
    'SELECT count(*), count(T), count("DO"), max("DO") FROM "FOLDER/a.csv"',
    [[String(above + 2), String(above + 2), '2', '8.2']],
  );
}
for (const [name, first, next] of [
  ['a time, above times', '2026-02-01 00:00,OFF,1.5', '2026-02-01 01:00,2.5,1.6'],
  ['a missing value, above numbers', 'NA,-20.5,1', '3.5,-20.6,2'],
  ['missing values alone', '---,N/A,NA', '3.5,-20.6,2'],
] as const) {
  reads(
    `a first line with ${name}, as a row`,
    { 'a.csv': lines(first, next, next) },
    'SELECT count(*), count(column0), count(column2) FROM "FOLDER/a.csv"',
    [['3', '3', '3']],
  );
}
refuses(
  'a first line with a number above numbers, and a word',
  { 'a.csv': lines('1769904000,OFF,1.5', '1769907600,2.5,1.6', '1769911200,2.6,1.7') },
  'FROM "FOLDER/a.csv"',
  'invalid-content',
  /line 1 can be a header or a row: its fields do not show which/,
);
reads(
  'depths above numbers as names',
  { 'a.csv': lines('time,0.5,1.0', '2026-02-01 00:00,4.1,4.2', '2026-02-01 01:00,4.3,4.4') },
  'SELECT max("0.5") FROM "FOLDER/a.csv"',
  [['4.3']],
);
for (const [name, above, again] of [
  ['in another order', 3, 'rh,time,t'],
  ['in another order, below many rows', 3000, '"rh","time","t"'],
  ['in another order and case, below many rows', 3000, 'RH ,Time,T'],
] as const) {
  reads(
    `rows below the same header ${name}, by its names`,
    { 'a.csv': lines('time,t,rh', ...numbered(above, (i) => `${i},1.5,60`), again, `61,${above},2.5`) },
    `SELECT count(*), max_by(rh, time), max_by(t, time) FROM "FOLDER/a.csv"`,
    [[String(above + 1), '61', '2.5']],
  );
}
refuses(
  'a line of words with the names of the header in another order',
  { 'a.csv': lines('status,comment,by', 'ok,none,me', 'by,status,comment', 'me,ok,none') },
  'FROM "FOLDER/a.csv"',
  'invalid-content',
  /line 3 has the names of the header, and can be a row of words too/,
);
reads(
  'rows of words that begin with a name of their header',
  { 'a.csv': lines('status,comment,by', 'by,none,me', 'comment,status,me') },
  'SELECT count(*) FROM "FOLDER/a.csv"',
  [['2']],
);
reads(
  'rows of words above a wider table with the same names',
  { 'a.csv': lines('site,n', 'a,1', 'b,2', 'c,3', 'site,n,flag', 'd,4,x') },
  'SELECT site, n, flag FROM "FOLDER/a.csv" WHERE n > 2',
  [
    ['c', '3', null],
    ['d', '4', 'x'],
  ],
);
refuses(
  'rows above a wider table with other names',
  { 'a.csv': lines('site,n', 'a,1', 'b,2', 'c,3', 'place,count,flag', 'd,4,x', 'e,5,x', 'f,6,x', 'g,7,x') },
  'FROM "FOLDER/a.csv"',
  'invalid-content',
  /line 5 begins a table of 3 columns/,
);
for (const [name, preamble] of [
  ['sentences', ['Data of a logger', '', 'made by hand']],
  ['names with values', ['Station,Harbor', 'Latitude,44.5', 'Longitude,-70.2', '']],
  ['one line of words', ['Logger,CR1000']],
  ['comments', ['# of 2026, by hand', '# x, y']],
] as const) {
  reads(
    `a table below a preamble of ${name}`,
    { 'a.csv': lines(preamble[0], ...preamble.slice(1), 'Timestamp,T,DO', '1,2.5,3', '2,3.5,4') },
    'SELECT Timestamp, T, "DO" FROM "FOLDER/a.csv"',
    [
      ['1', '2.5', '3'],
      ['2', '3.5', '4'],
    ],
  );
}

const hashes = lines('id,x', '#N/A,1.5', '2,1.6', '#N/A,1.7');
reads('rows that begin with #', { 'a.csv': hashes }, 'SELECT count(*), count(id) FROM "FOLDER/a.csv"', [['3', '3']]);
reads(
  'what stands behind a # in a row',
  { 'a.csv': lines('# by hand', 'id,note', '1,bottle #4', '#2,none') },
  'SELECT id, note FROM "FOLDER/a.csv"',
  [
    ['1', 'bottle #4'],
    ['#2', 'none'],
  ],
);
reads(
  'a header that begins with #',
  { 'a.csv': lines('#id,x', '1,2', '3,4') },
  'SELECT sum("#id") FROM "FOLDER/a.csv"',
  [['4']],
);

const late: Files = {
  'a.ndjson': lines(...(numbered(many, (i) => `{"t":${i},"v":1}`) as [string]), `{"t":${many},"v":2.5,"late":7}`),
  'b.ndjson': lines('{"t":-1,"v":1}'),
};
reads('keys and decimals of JSON that come late', late, 'SELECT count(*), max(v), sum(late) FROM "FOLDER/*.ndjson"', [
  ['25002', '2.5', '7'],
]);
reads('one JSON file whose last line has a new key', late, 'SELECT sum(late) FROM "FOLDER/a.ndjson"', [['7']]);
const registers = Object.fromEntries(numbered(205, (i) => `reg_${i}`).map((name) => [name, 1.5]));
reads(
  'a JSON object of many keys',
  { 'a.ndjson': lines(JSON.stringify(registers), JSON.stringify(registers)) },
  'SELECT sum(reg_204) FROM "FOLDER/a.ndjson"',
  [['3.0']],
);

const whole = gzipSync(lines('id,x', ...numbered(5000, (i) => `${i},${i * 7919}`)));
const altered = Uint8Array.from(whole);
altered[altered.length - 8]! ^= 0xff;
for (const [name, content, message] of [
  ['is cut short', whole.subarray(0, whole.length >> 1), /\/a\.csv\.gz cannot be read: .* is cut short/],
  ['lacks its last byte', whole.subarray(0, -1), /is cut short/],
  ['has a wrong checksum', altered, /its checksum is wrong/],
  [
    'has other bytes after its end',
    Buffer.concat([whole, Buffer.from('more')]),
    /bytes after its end that are not compressed data/,
  ],
] as const) {
  refuses(`a gzip file that ${name}`, { 'a.csv.gz': content }, 'FROM "FOLDER/a.csv.gz"', 'invalid-content', message);
}
for (const [name, content, what] of [
  ['a.csv.gz', lines('id,x', '1,2'), 'gzip, got one that is not compressed'],
  ['a.csv.zst', lines('id,x', '1,2'), 'Zstandard, got one that is not compressed'],
  ['a.csv.zst', whole, 'Zstandard, got one that is compressed with gzip'],
  ['a.json.gz', '{"a":1}', 'gzip, got one that is not compressed'],
] as const) {
  const message = new RegExp(`/${name} cannot be read: expected a file compressed with ${what}`);
  refuses(`${name} with ${what}`, { [name]: content }, `FROM "FOLDER/${name}"`, 'invalid-content', message);
}
const rest = gzipSync(lines('5000,1', '5001,2'));
reads(
  'a gzip file of two members',
  { 'a.csv.gz': Buffer.concat([whole, rest]) },
  'SELECT count(*) FROM "FOLDER/a.csv.gz"',
  [['5002']],
);

/** A Zstandard frame of one uncompressed block; RFC 8878. */
function zstd(text: string): Uint8Array {
  const content = Buffer.from(text);
  const block = Buffer.alloc(3);
  block.writeUIntLE((content.length << 3) | 1, 0, 3);
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, content.length]), block, content]);
}
const frame = zstd(lines('id,x', '1,2.5', '2,3.5'));
reads('a Zstandard file', { 'a.csv.zst': frame }, 'SELECT sum(x) FROM "FOLDER/a.csv.zst"', [['6.0']]);
refuses(
  'a Zstandard file that is cut short',
  { 'a.csv.zst': Buffer.concat([frame, frame.subarray(0, -5)]) },
  'FROM "FOLDER/a.csv.zst"',
  'invalid-content',
  /is cut short/,
);

const day = (date: string, value: number): string => lines('Timestamp,T', `${date},${value}`);
reads(
  'days of a month in the order that some of them settle',
  { '1.csv': day('02/01/2026', 1), '5.csv': day('02/05/2026', 5), '9.csv': day('02/13/2026', 13) },
  'SELECT min(Timestamp)::VARCHAR, max(Timestamp)::VARCHAR FROM "FOLDER/*.csv"',
  [['2026-02-01', '2026-02-13']],
);
refuses(
  'dates of several files whose order nothing settles',
  { '1.csv': day('02/01/2026', 1), '5.csv': day('02/05/2026', 5) },
  'FROM "FOLDER/*.csv"',
  'ambiguous-dates',
  /"02\/01\/2026" in column "Timestamp" can be read day first or month first/,
);
refuses(
  'dates of a file that others settle in both ways',
  { '1.csv': day('02/01/2026', 1), '5.csv': day('13/02/2026', 5), '9.csv': day('02/13/2026', 13) },
  'FROM "FOLDER/*.csv"',
  'ambiguous-dates',
  /1\.csv/,
);
reads(
  'a date that is the same in both orders',
  { '1.csv': day('01/01/2026', 1) },
  'SELECT Timestamp::VARCHAR FROM "FOLDER/1.csv"',
  [['2026-01-01']],
);

reads(
  'rows of numbers between spaces, none of which is a header',
  { 'buoy.txt': '#YY MM DD WDIR\n2026 02 01 210  5.0\n2026 02 02 MM   4.0\n' },
  `SELECT count(*) FROM 'FOLDER/buoy.txt'`,
  [['2']],
);

reads(
  'ranges as names of columns of numbers',
  { 'depths.csv': '0-10,10-20\n1.5,2.5\n3,4\n' },
  `SELECT "0-10", "10-20" FROM 'FOLDER/depths.csv'`,
  [
    ['1.5', '2.5'],
    ['3.0', '4.0'],
  ],
);
for (const [name, value, type, read] of [
  ['of two digits in front', '26-02-05', 'VARCHAR', '26-02-05'],
  ['with the month first', '02-05-2026', 'VARCHAR', '02-05-2026'],
  ['and times of ISO', '2026-02-05T10:00:00Z', 'TIMESTAMP', '2026-02-05 10:00:00'],
  ['of ISO', '2026-02-05', 'DATE', '2026-02-05'],
] as const) {
  reads(
    `dates ${name} in JSON as ${type}, also inside of values`,
    { 'a.json': JSON.stringify([{ t: value, meta: { t: value } }, { t: null }]) },
    `SELECT typeof(t), to_json(meta) FROM "FOLDER/a.json" WHERE t IS NOT NULL`,
    [[type, JSON.stringify({ t: read })]],
  );
}
