/** What is said of tables, whatever they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FormatOptions, isPondError } from '../../server/src/base/error.ts';
import { newPondHost, textFile } from '../support/commandHost.ts';
import { number, row, text, workbook } from '../support/workbook.ts';

const document = `apiVersion: duckpond/v1
kind: Derive
name: series
desc: Readings
spec:
  collections:
    - name: all
      pattern: /a.csv
      query: SELECT epoch(time)::BIGINT AS "Timestamp", t FROM read_csv('$1')
`;

test('files of each kind, series that are derived, and links to them are described', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/a.csv', 'time,t\n2026-02-01 00:00,1.5\n2026-02-03 12:30,\n'));
  await host.run('write', textFile('/b.json', '[{"id": 1, "name": "x"}]'));
  await host.run('link', { target: '/a.csv', path: '/link' });
  const sources = [{ text: document, origin: 'series.yaml' }];
  await host.run('apply', { sources, directory: host.folder });
  const paths = ['/a.csv', '/b.json', '/link', '/Derive/series/all/a.csv'];
  const found = await host.run('describe', { paths });
  assert.deepEqual(
    found.map(({ displayPath, path, reader, rowCount, time }) => [displayPath ?? path, reader, rowCount, time]),
    [
      ['/a.csv', 'csv', 2, { column: 'time', first: '2026-02-01 00:00:00', last: '2026-02-03 12:30:00' }],
      ['/b.json', 'json', 1, null],
      ['/a.csv', 'csv', 2, { column: 'time', first: '2026-02-01 00:00:00', last: '2026-02-03 12:30:00' }],
      [
        '/Derive/series/all/a.csv',
        'parquet',
        2,
        { column: 'Timestamp', first: '2026-02-01 00:00:00', last: '2026-02-03 12:30:00' },
      ],
    ],
  );
  assert.deepEqual(
    found[1]?.columns.map(({ name, type }) => [name, type]),
    [
      ['id', 'BIGINT'],
      ['name', 'VARCHAR'],
    ],
  );
});

test('a file is described as it was in a version, with the format of its time', async (t) => {
  const host = await newPondHost(t);
  await host.run('makeDirectory', { path: '/data' });
  await host.run('write', textFile('/data/a.csv', 'x\n1\n'));
  await host.run('setFormat', { path: '/data', options: { zone: 'UTC' } });
  await host.run('commit', { message: 'one' });
  await host.run('setFormat', { path: '/data', clear: true });
  await host.run('write', textFile('/data/a.csv', 'x\n1\n2\n'));
  const [then] = await host.run('describe', { paths: ['/data/a.csv'], at: '1' });
  const [now] = await host.run('describe', { paths: ['/data/a.csv'] });
  assert.deepEqual([then?.rowCount, then?.format.map(({ option }) => option)], [1, ['zone']]);
  assert.deepEqual([now?.rowCount, now?.format], [2, []]);
});

test('a file that is not a table says so, and a folder names the files in it', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/notes.md', 'words'));
  await host.run('makeDirectory', { path: '/data' });
  const [notes] = await host.run('describe', { paths: ['/notes.md'] });
  assert.deepEqual([notes?.reader, notes?.columns], [null, []]);
  const reason = 'it is not a table unless it is stated to be CSV';
  assert.deepEqual(notes?.offers, [{ reason, options: { header: true } }]);
  await assert.rejects(host.run('describe', { paths: ['/data'] }), (error) => isPondError(error, 'is-a-directory'));
  await assert.rejects(host.run('describe', { paths: ['/x.csv'] }), (error) => isPondError(error, 'not-found'));
});

test('a file of any extension is a table once a format is stated for it', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/logger.dat', 'time,t\n2026-02-01 00:00,1.5\n'));
  await host.run('setFormat', { path: '/logger.dat', options: { delimiter: ',' } });
  const [found] = await host.run('describe', { paths: ['/logger.dat'] });
  assert.deepEqual([found?.reader, found?.rowCount, found?.columns.map(({ name }) => name)], ['csv', 1, ['time', 't']]);
});

/** [title, content, offered, columns with it]. */
const others: readonly (readonly [string, string | Buffer, Record<string, unknown> | undefined, readonly string[]])[] =
  [
    ['rows below their header', 'time;t\n2026-02-01 00:00;1,5\n', { delimiter: ';' }, ['time', 't']],
    ['rows alone', '2026-02-01 00:00|1.5\n2026-02-02 00:00|2.5\n', { delimiter: '|' }, ['column0', 'column1']],
    [
      'names below a line as wide, and above units',
      '"TOA5","met","11","x"\n"TIMESTAMP","RECORD","T","U"\n"TS","RN","C","V"\n"","","Avg","Min"\n"2026-02-01 00:00:00",1,1.5,2\n',
      { delimiter: ',', units: true, below: 1 },
      ['TIMESTAMP', 'RECORD', 'T', 'U'],
    ],
    [
      'names below the line of a logger, which is as wide',
      '"TOACI1","CR10X","T"\n"TMSTAMP","RECNBR","B"\n"2026-02-01 00:00:00",0,12.9\n"2026-02-01 00:15:00",1,12.8\n',
      { delimiter: ',' },
      ['TMSTAMP', 'RECNBR', 'B'],
    ],
    [
      'a row of widths',
      '# USGS\nagency_cd\tdatetime\t1_00060\n5s\t20d\t14n\nUSGS\t2026-02-01 00:00\t5\nUSGS\t2026-02-01 00:15\t6\n',
      { delimiter: '\t', below: 1 },
      ['agency_cd', 'datetime', '1_00060'],
    ],
    ['dates of either order', 't,v\n01/02/2026,1\n03/02/2026,2\n', { dates: 'day-first' }, ['t', 'v']],
    ['no text', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0x81, 0x90, 0xff]), undefined, []],
    ['nothing', '', undefined, []],
  ];
for (const [title, content, options, columns] of others) {
  test(`what makes a table of a file with another extension is offered: ${title}`, async (t) => {
    const host = await newPondHost(t);
    await host.run('write', { ...textFile('/logger.dat', ''), content: Buffer.from(content) });
    const [found] = await host.run('describe', { paths: ['/logger.dat'] });
    assert.deepEqual(
      found?.offers.map((offer) => offer.options),
      options === undefined ? [] : [options],
    );
    if (options === undefined) return;
    await host.run('setFormat', { path: '/logger.dat', options });
    const [stated] = await host.run('describe', { paths: ['/logger.dat'] });
    assert.deepEqual(
      stated?.columns.map(({ name }) => name),
      columns,
    );
  });
}

test('what was decided about the text of a file is described, with what is stated', async (t) => {
  const host = await newPondHost(t);
  await host.run('makeDirectory', { path: '/loggers' });
  const lines = ['Logger 5', '', 'time;temp', 's;degC', '01.02.2026 10:00;1,5', '14.02.2026 11:00;x', ''];
  await host.run('write', textFile('/loggers/north.csv', lines.join('\n')));
  await host.run('setFormat', { path: '/loggers', options: { nulls: 'x', units: true } });
  const [found] = await host.run('describe', { paths: ['/loggers/north.csv'] });
  assert.deepEqual(found?.text, {
    ...{
      encoding: 'utf-8',
      delimiter: ';',
      quote: '"',
      lineEnds: ['LF'],
      headerLine: 3,
      laterHeaderLines: [],
      unitsLine: 4,
    },
    skipped: [{ reason: 'above the header', count: 2, firstLine: 1 }],
    dates: { text: 'day-first', decidedBy: '/loggers/north.csv' },
  });
  assert.deepEqual(
    found.columns.map(({ name, type, unit }) => [name, type, unit]),
    [
      ['time', 'TIMESTAMP', 's'],
      ['temp', 'DOUBLE', 'degC'],
    ],
  );
  assert.deepEqual(
    found.format.map(({ option, text, path }) => [option, text, path]),
    [
      ['units', 'true', '/loggers'],
      ['nulls', 'x', '/loggers'],
    ],
  );
});

const autumn = 'at,sent,t\n2026-10-25 01:59,2026-10-25 02:30+02:00,1\n2026-10-25 02:30,2026-10-25 02:30+01:00,2\n';

const zones = [
  {
    zone: 'Europe/Berlin',
    last: '2026-10-25 01:30:00',
    rows: '2026-10-25 02:30,,3\n',
    notes: [
      /^2 times of the column at are .*Europe\/Berlin repeated: 1 in its first pass and 1 in its second, by the order/,
    ],
  },
  {
    zone: 'Europe/Berlin',
    repeated: 'first',
    last: '2026-10-25 00:30:00',
    rows: '',
    notes: [/^1 time of the column at is .* 1 in its first pass and 0 in its second, as stated$/],
  },
  { zone: 'America/Denver', last: '2026-10-25 08:30:00', rows: '', notes: [] },
  { zone: '+01:00', last: '2026-10-25 01:30:00', rows: '2026-10-25 02:30,,3\n', notes: [] },
  { zone: 'UTC', last: '2026-10-25 02:30:00', rows: '2026-10-25 02:30,,3\n', notes: [] },
  {
    zone: 'Australia/Lord_Howe',
    repeated: 'second',
    last: '2026-10-24 15:30:00',
    rows: '2026-04-05 01:45,,3\n',
    notes: [/^1 time of the column at is .* 0 in its first pass and 1 in its second, as stated$/],
  },
];

for (const { last, rows, notes, ...options } of zones) {
  test(`times that clocks repeat are counted: ${options.zone}, ${notes.length === 0 ? 'none' : String(notes[0])}`, async (t) => {
    const host = await newPondHost(t);
    await host.run('write', textFile('/a.csv', autumn + rows));
    await host.run('setFormat', { path: '/a.csv', options });
    const [found] = await host.run('describe', { paths: ['/a.csv'] });
    assert.deepEqual([found?.time?.last, found?.notes.length], [last, notes.length]);
    for (const [index, note] of notes.entries()) assert.match(found?.notes[index] ?? '', note);
  });
}

const withoutDates = ['no column has dates as `dates` states them'];

for (const { dates, day, notes } of [
  { dates: '%d.%m.%Y', day: '13.02.2026', notes: [] },
  { dates: 'day-first', day: '13.02.2026', notes: [] },
  { dates: '%Y-%j', day: '2026-044', notes: [] },
  { dates: '%Y-%j', day: '2026-W07', notes: withoutDates },
  { dates: 'day-first', day: 'Friday', notes: withoutDates },
]) {
  test(`stated dates that no column has are noted: ${dates}, ${day}`, async (t) => {
    const host = await newPondHost(t);
    await host.run('write', textFile('/a.csv', `day,t\n${day},1\n`));
    await host.run('setFormat', { path: '/a.csv', options: { dates } });
    const [found] = await host.run('describe', { paths: ['/a.csv'] });
    assert.deepEqual(found?.notes, notes);
  });
}

const cut = ['its last line has no end, unlike all others: the file may be cut short'];

for (const { title, content, notes } of [
  {
    title: 'characters that are not shown',
    content: 'a,b,c\nx\0y,z,u\tv\nx,\u001f,é\n\u007f,w,"u\nv"\n',
    notes: [
      '2 values of the column a have control characters, such as NUL, which are not shown',
      '1 value of the column b has control characters, such as NUL, which are not shown',
    ],
  },
  { title: 'a last value cut short', content: 'a,b\n1,2.75\n1,2.', notes: cut },
  { title: 'UTF-16', content: Buffer.from('\ufeffa,b\r\n1,2', 'utf16le'), notes: cut },
  { title: 'an end', content: 'a,b\r\n1,2\r\n', notes: [] },
  { title: 'one line', content: '1,2', notes: [] },
]) {
  test(`what is unusual in a text is noted: ${title}`, async (t) => {
    const host = await newPondHost(t);
    await host.run('write', { ...textFile('/a.csv', ''), content: Buffer.from(content) });
    const [found] = await host.run('describe', { paths: ['/a.csv'] });
    assert.deepEqual(found?.notes, notes);
  });
}

const groups = { thousands: 'space' };

for (const { values, notes = [], options } of [
  { values: ['1 234,5', '12,5', '1\u202f000,25'], options: groups },
  { values: ["1'234.5", '7'], options: { thousands: 'apostrophe' } },
  {
    values: ['1 234,5', '12,5', 'none'],
    notes: [
      '2 of 3 values of the column v look like numbers with spaces between thousands, and are text; another is "none"',
    ],
  },
  {
    values: ['12.5 %', '7%', ''],
    notes: ['2 of 2 values of the column v look like numbers with a percent sign, and are text'],
  },
  { values: ['€ 12.50', '3 EUR'], notes: [/with a currency/] },
  { values: ['12.3 mV', '4.5 mV'], notes: [/with a unit/] },
  { values: ['12:00a', '3:05 PM'], notes: [/a\.m\. or p\.m\./] },
  { values: ['2026-02-01 10:00 CET', '2026-07-01 10:00 CEST'], notes: [/name of a zone/] },
  { values: ['1 März 2026', '12 Mai 2026'], notes: [/name of a month/] },
  { values: ['A1', 'B 2'] },
  { values: ['007', '008'] },
  { values: ['1 234', 'x', 'y', 'z'] },
]) {
  test(`values that a person reads as numbers or times are noted: ${values.join(' | ')}`, async (t) => {
    const host = await newPondHost(t);
    const content = `n;v\n${values.map((value, index) => `${index + 1};${value}\n`).join('')}`;
    await host.run('write', textFile('/a.csv', content));
    const [found] = await host.run('describe', { paths: ['/a.csv'] });
    assert.equal(found?.notes.length, notes.length, found?.notes.join());
    for (const [index, note] of notes.entries()) {
      const got: string = found?.notes[index] ?? '';
      if (typeof note === 'string') assert.equal(got, note);
      else assert.match(got, note);
    }
    assert.deepEqual(
      found?.offers.map((offer) => offer.options),
      options === undefined ? [] : [options],
    );
    if (options === undefined) return;
    await host.run('setFormat', { path: '/a.csv', options });
    const [stated] = await host.run('describe', { paths: ['/a.csv'] });
    assert.deepEqual([stated?.columns[1]?.type, stated?.offers], ['DOUBLE', []]);
  });
}

/** Values of a column of a sheet and of JSON: what is noted about them, and what is offered for the sheet. */
interface TextCase {
  readonly cells: readonly (string | number)[];
  readonly notes?: readonly (string | RegExp)[];
  readonly ofJson?: readonly (string | RegExp)[];
  readonly options?: FormatOptions;
  /** The type of the column once the options are stated. */
  readonly read?: string;
}

for (const { cells, notes = [], ofJson = notes, options, read } of [
  {
    cells: [1.5, '~0.1', 2.5],
    notes: ['2 of 3 values of the column v look like numbers, and are text; another is "~0.1"'],
  },
  {
    cells: ['1.5', '2.5'],
    ofJson: ['2 of 2 values of the column v look like numbers, and are text'],
    ...{ options: { types: { v: 'number' } }, read: 'DOUBLE' },
  },
  { cells: ['2026-02-01T00:00Z', 'Mean'], notes: [/1 of 2 .* look like times, and are text; another is "Mean"/] },
  {
    cells: ['2026-02-01 00:00', '2026-02-02'],
    ofJson: [/2 of 2 .* look like times, and are text$/],
    ...{ options: { types: { v: 'timestamp' } }, read: 'TIMESTAMP' },
  },
  { cells: [1, 'NA', 'ND'] },
  { cells: [1, 2, 'NA'], notes: [/another is "NA"/], options: { nulls: ['NA'] }, read: 'BIGINT' },
  { cells: ['A1', 'B2'] },
  { cells: ['007', '008'] },
  { cells: ['12345678901234567', '22345678901234567'] },
] as readonly TextCase[]) {
  test(`values that make a column of a sheet or of JSON text are noted: ${cells.join(' | ')}`, async (t) => {
    const host = await newPondHost(t);
    const rows = cells.map((value, at) => row(number(at), typeof value === 'number' ? number(value) : text(value)));
    const content = await workbook({ Data: `${row(text('k'), text('v'))}${rows.join('')}` });
    await host.run('write', { ...textFile('/a.xlsx', ''), content });
    await host.run('write', textFile('/a.json', JSON.stringify(cells.map((v, k) => ({ k, v })))));
    const [sheet, json] = await host.run('describe', { paths: ['/a.xlsx', '/a.json'] });
    for (const [found, expected] of [[sheet, notes] as const, [json, ofJson] as const]) {
      assert.equal(found?.notes.length, expected.length, found?.notes.join());
      for (const [index, note] of expected.entries()) assert.match(found?.notes[index] ?? '', new RegExp(note));
    }
    assert.deepEqual(
      sheet?.offers.map((offer) => offer.options),
      options === undefined ? [] : [options],
    );
    assert.deepEqual(json?.offers, []);
    if (options === undefined) return;
    await host.run('setFormat', { path: '/a.xlsx', options });
    const [stated] = await host.run('describe', { paths: ['/a.xlsx'] });
    assert.deepEqual([stated?.columns[1]?.type, stated?.notes, stated?.offers], [read, [], []]);
  });
}

test('the formats that a text or a sheet suggests are offered until they are stated, and none for other files', async (t) => {
  const host = await newPondHost(t);
  const rows = 'time,t\nUTC,degC\n2026-02-01 00:00,1.5\n2026-02-02 00:00,2.5\n';
  await host.run('write', textFile('/units.csv', rows));
  await host.run('write', textFile('/plain.csv', 'time,t\n2026-02-01 00:00,1.5\n'));
  await host.run('write', textFile('/a.json', '[{"t": 1}]'));
  const query = { table: { sql: 'FROM "/units.csv"' } };
  const view = { sort: [], filters: [] };
  for (const format of ['parquet', 'xlsx'] as const) {
    const { source } = await host.run('openTable', query);
    await host.run('saveTable', { source, view, format, path: `/units.${format}`, overwrite: false });
  }
  const offered = async (path: string): Promise<unknown> =>
    (await host.run('offeredFormats', { path })).map(({ options }) => options);
  const types = { time: 'timestamp', t: 'number' };
  for (const [path, ...expected] of [
    ['/units.csv', { units: true }],
    ['/units.xlsx', { units: true }, { types }],
  ] as const) {
    for (const options of expected) {
      assert.deepEqual(await offered(path), [options], path);
      await host.run('setFormat', { path, options });
    }
    assert.deepEqual(await offered(path), [], path);
  }
  for (const path of ['/plain.csv', '/a.json', '/units.parquet']) assert.deepEqual(await offered(path), [], path);
});
