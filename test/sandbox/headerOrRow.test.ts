/** The first line of a text that can be a header or a row: a line that looks like those below it is not lost as a header. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TextFiles } from '../support/textFiles.ts';

const texts = new TextFiles();
before(() => texts.open());
after(() => texts.close());

const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join('');

/** Texts whose first line is a row: the number of their rows is that of their lines. */
const rows: Readonly<Record<string, string>> = {
  'doubles of numpy, between spaces': lines('1.0e-01 1.1e+00', '2.1e+00 3.1e+00', '4.1e+00 5.1e+00'),
  'complex numbers': lines('(1.0e+00+2.0e+00j)', '(3.0e+00-4.0e+00j)'),
  'names of sensors': lines('sensor1', 'sensor2', 'sensor12'),
  'lines of a log': lines('Jan 13 10:00:00 host app[1]: up', 'Jan 13 10:00:01 host app[12]: down'),
  'a code and a number': lines('WX1,1.5', 'WX2,2.5'),
  'the start of a hash': lines('e8ed6904', '9d87c1d8', 'f42ece0f'),
  'lines in between': lines('>seq1', 'ACGT', 'ACGA', '>seq2', 'ACGG'),
  'codes of one letter': lines('P', 'E', 'A', 'P'),
  'a word for a missing value below numbers': lines('North,2.5', 'South,3.5', 'East,NA', 'North,4.5'),
  'a state below numbers': lines('WX1,2.5', 'WX2,3.5', 'WX3,OFF', 'WX4,4.5'),
  'numbers that rise in each row': lines('North,2,3,4', 'South,3,4,5', 'East,5,8,9'),
  'codes above numbers that rise once': lines('S1,5,10,15,20,25', 'S2,7,3,9,1,4'),
  'a matrix': lines('1,2,3', '4,9,6', '7,1,9'),
};
for (const [name, text] of Object.entries(rows)) {
  test(`a text without a header keeps its first line: ${name}`, async () => {
    const { rows: found } = await texts.read(texts.file('a.csv', text));
    assert.equal(found.length, text.split('\n').length - 1);
    assert.equal(found[0]?.join(','), text.slice(0, text.indexOf('\n')));
  });
}

/** Texts whose first line can be either. */
const unclear: Readonly<Record<string, string>> = {
  'the line protocol of InfluxDB': lines(
    'air,site=a temp=82,rh=71i 1465839830100',
    'air,site=b temp=75,rh=65i 1465839830101',
  ),
  'metrics of Prometheus': lines('# TYPE up gauge', 'up{job="a",inst="b"} 1 1767225600000', 'up{job="b",inst="c"} 0'),
  'messages of a weather station': lines('0R1,Dn=000#,Sn=1.1#', '0R1,Dn=001#,Sn=1.25#'),
  'codes that differ in their numbers, next to a word above numbers': lines('WX1,OFF', 'WX2,5', 'WX3,6'),
  'a code that occurs again, next to a word above numbers': lines('KSEA,OFF', 'KSEA,5'),
  'codes alone': lines('x1,y1', 'x2,y2'),
  'a series of pandas, whose column has no name': lines(',0', 'a,1.5', 'b,2.5'),
  'columns of pandas that are counted': lines(',0,1', '0,1.5,3', '1,2.5,4'),
  'columns of pandas without names and without an index': lines('0,1,2', '0.5,1.5,3', '1.5,2.5,4'),
  'years alone': lines('2019,2020', '0.5,1.5'),
  'words each of which occurs again': lines('yes,North', 'no,North', 'yes,South'),
  'a few numbers at equal distances': lines('sample,400,405,410', 'S1,0.2,0.1,0.4', 'S2,0.1,0.3,0.2'),
  'depths above values that fall': lines('site,0.5,1,2,5', 'A,20.1,19.5,18.2,15', 'B,20.2,19.6,18.3,15.1'),
  'two years that do not follow each other': lines('Country,2019,2021', 'Chad,15946876,16914985', 'Peru,1,2'),
  answers: lines('anna,1,2,3', 'ben,4,3,3', 'cleo,4,4,1'),
  'numbers that rise': lines('depth,1,2,5,10,25', 'A,3.1,2.5,9,8.5,1', 'B,2,3.5,4.5,1,8'),
  'whole numbers above fractions': lines('site,48291,10334,77120', 'North,1.5,2.5,3.5', 'South,2.5,3.5,0.5'),
  'a number above words': lines('site,2019', 'North,dry', 'South,wet'),
  'a name that is a value below it, next to few others': lines(',y,ap,week', '1,y,p,0', '2,n,p,4'),
  'a row with one word that occurs again': lines('y,p,hi,OFF,X01', 'y,p,lo,5,X02', 'n,p,hi,6,X03'),
  'uneven numbers next to an empty field that is empty below too': lines(
    ',16.5,17,18,20,24,30',
    ',0,0,4,3,9,1',
    'a,0,1,3,2,0,4',
  ),
  'days above words': lines('plant,2026-01-01,2026-01-02', 'oak,B,F', 'elm,B,B'),
};
for (const [name, text] of Object.entries(unclear)) {
  test(`a first line that can be a header or a row is refused, and read as stated: ${name}`, async () => {
    const line = text.startsWith('#') ? 2 : 1;
    const lineCount = text.split('\n').length - 1;
    await assert.rejects(texts.read(texts.file('a.csv', text)), {
      code: 'invalid-content',
      message: `/a.csv cannot be read: line ${line} can be a header or a row: its fields do not show which`,
      formats: [{ header: true }, { header: false }],
    });
    const asRow = await texts.read(texts.file('a.csv', text, { header: false, quote: '' }));
    const asHeader = await texts.read(texts.file('a.csv', text, { header: true, quote: '' }));
    assert.equal(asRow.rows.length, lineCount - line + 1);
    assert.equal(asHeader.rows.length, lineCount - line);
  });
}

/** Headers with numbers in their names, and with the names of their values. */
const headers: Readonly<Record<string, string>> = {
  'numbers in names above numbers': lines('T1,T2', '1,2', '3,4'),
  'numbers in names above words': lines('Q1,Q2', 'yes,no', 'no,no'),
  'heights above numbers': lines('2 m temp,10 m wind', '1.5,2', '1.75,3'),
  'columns of pandas that are counted, from three on': lines(',0,1,2', '0,1.5,3,1', '1,2.5,4,1'),
  'a word that ends each line, under its own name': lines('ID;T;eor', '44;2.1;eor', '44;2.0;eor'),
  'a unit that no row has next to a value': lines('time,temp', 's,temp', '0,1.5'),
  'other words before numbers': lines('Temp 1,Temp 2', 'Sensor 7,wet', 'Sensor 9,dry'),
  'words and a text with a number': lines('Sensor 1,Sensor 2', 'battery 12.3 V,dry', 'wind 5 m/s,wet'),
  wavelengths: lines('sample,400,405,410,415,420', 'S1,0.2,0.1,,0.4,NA', 'S2,0.1,A,0.3,0.2,0.1'),
  'depths that fall': lines('date,-5,-10,-15,-20,-25', 'S1,0.2,0.1,0.5,0.4,3', 'S2,0.1,0.1,0.3,0.2,0.1'),
  'hours above words': lines('day,00,01,02', 'Mon,dry,wet,wet', 'Tue,dry,dry,wet'),
  'a name that is a value below it, next to others that are not': lines(
    '"","y","ap","hilo","week","trt"',
    '"1","y","p","hi",0,"placebo"',
    '"2","n","a","hi",4,"drug"',
  ),
  'uneven numbers next to the empty corner above names of rows': lines(
    '"",16.5,16.75,17.25,17.75,18.25,19',
    '"71",0,0,0,1,3,4',
    '"70",0,0,1,5,13,11',
  ),
  'days above numbers and gaps': lines('site,2026-01-01,2026-01-02', 'North,1.5,NA', 'South,,A'),
};
for (const [name, text] of Object.entries(headers)) {
  test(`a header is still found: ${name}`, async () => {
    const { rows: found } = await texts.read(texts.file('a.csv', text));
    assert.equal(found.length, text.split('\n').length - 2);
  });
}

test('a comment with as many names as the rows of words below it have fields can be the header', async () => {
  const text = lines('#name,site', 'Ann,North', 'Bob,South');
  await assert.rejects(texts.read(texts.file('a.csv', text)), {
    code: 'invalid-content',
    message: '/a.csv cannot be read: line 2 can be a header or a row, as line 1 may have the names',
    formats: [{ skip: 0 }, { header: true }, { header: false }],
  });
  for (const [format, count] of [
    [{ skip: 0 }, 2],
    [{ header: true }, 1],
    [{ header: false }, 2],
  ] as const)
    assert.equal((await texts.read(texts.file('a.csv', text, format))).rows.length, count);
  const sentence = lines('# Written by the logger, see below', 'name,site', 'Ann,North');
  assert.equal((await texts.read(texts.file('a.csv', sentence))).rows.length, 1);
});

test('a header that begins with # is the one that is stated, above rows with values', async () => {
  const text = lines('#,site,v', '1,North,2.5', '2,South,3.5');
  for (const format of [{}, { header: true }]) {
    const { types, rows: found } = await texts.read(texts.file('a.csv', text, format));
    assert.deepEqual([types, found.length], [['BIGINT', 'VARCHAR', 'DOUBLE'], 2]);
  }
});

test('a title that delimiters fill up, above statistics of the columns, is not a header of their names', async () => {
  const title = lines('KOR Export File,,,', ',,,', 'MEAN VALUE:,,20.2,8.1', 'SERIAL NUMBER:,,19A1,19B2');
  const text = `${title}${lines('Date,Time,Temp,pH', '2026-01-13,10:00:00,20.1,8.1', '2026-01-13,10:15:00,20.2,8.1')}`;
  await assert.rejects(texts.read(texts.file('a.csv', text)), {
    code: 'invalid-content',
    message: /line 5 begins a table of 4 columns/,
    formats: [{ skip: 4 }, { skip: 0 }],
  });
  const { types } = await texts.read(texts.file('a.csv', text, { skip: 4 }));
  assert.deepEqual(types, ['DATE', 'TIME', 'DOUBLE', 'DOUBLE']);
});

test('a header with numbers is not a row where it is repeated', async () => {
  const text = lines('site,2019,2020', 'A,1,2', 'site,2019,2020', 'B,3,4');
  const { types, rows: found } = await texts.read(texts.file('a.csv', text));
  assert.deepEqual(types, ['VARCHAR', 'BIGINT', 'BIGINT']);
  assert.deepEqual(found, [
    ['A', '1', '2'],
    ['B', '3', '4'],
  ]);
});
