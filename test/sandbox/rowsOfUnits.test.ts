/** Lines below a header that are not rows: what is offered for them, and that what is offered reads the file. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type TextFormat } from '../../server/src/sandbox/textFormat.ts';
import { newPondHost, textFile } from '../support/commandHost.ts';
import { TextFiles } from '../support/textFiles.ts';
import { number, row, text, workbook } from '../support/workbook.ts';

const texts = new TextFiles();
before(() => texts.open());
after(() => texts.close());

const toa5 =
  '"TOA5","A","CR1000","63162"\n"TIMESTAMP","RECORD","AirTC_Avg"\n"TS","RN","Deg C"\n"","","Avg"\n' +
  '"2014-11-02 00:00:00",0,-2.042\n"2014-11-09 00:00:00",7,-1.677\n';
const rdb =
  '# Data\n#\nagency_cd\tsite_no\tdatetime\t69928_00060\tcd\n5s\t15s\t20d\t14n\t10s\n' +
  'USGS\t01646500\t2026-02-01 00:00\t5610\tP\nUSGS\t01646500\t2026-02-01 00:15\t5600\tP\n';
const erddap =
  'time,latitude,sst,qc,station\nUTC,degrees_north,degree_C,1,\n' +
  '2026-02-01T00:00:00Z,45.5,10.5,1,A\n2026-02-01T01:00:00Z,45.5,NaN,1,A\n';
const eddyPro =
  'file_info,,corrected_fluxes,\nfilename,date,time,H\n,[yyyy-mm-dd],[HH:MM],[W+1m-2]\n' +
  'a.ghg,2026-02-01,00:30,12.5\nb.ghg,2026-02-01,01:00,13.5\n';

/** [title, content, stated before, offered, types with it]. */
const offered: readonly (readonly [string, string, TextFormat, TextFormat, readonly string[]])[] = [
  ['TOA5', toa5, {}, { units: true, below: 1 }, ['TIMESTAMP', 'BIGINT', 'DOUBLE']],
  [
    'TOA5 without its first line',
    toa5.slice(toa5.indexOf('\n') + 1),
    {},
    { units: true, below: 1 },
    ['TIMESTAMP', 'BIGINT', 'DOUBLE'],
  ],
  ['RDB', rdb, {}, { below: 1 }, ['VARCHAR', 'VARCHAR', 'TIMESTAMP', 'BIGINT', 'VARCHAR']],
  ['ERDDAP', erddap, {}, { units: true }, ['TIMESTAMP', 'DOUBLE', 'DOUBLE', 'BIGINT', 'VARCHAR']],
  ['EddyPro', eddyPro, { skip: 1 }, { units: true }, ['VARCHAR', 'DATE', 'TIME', 'DOUBLE']],
  [
    'units in brackets',
    'Date,T\ndd.mm.yyyy,[degC]\n13.02.2026,2.5\n14.02.2026,2.6\n',
    {},
    { units: true },
    ['DATE', 'DOUBLE'],
  ],
  ['one row', 't,v\ns,m\n1,2.5\n', {}, { units: true }, ['BIGINT', 'DOUBLE']],
];
for (const [title, content, before, format, types] of offered) {
  test(`${title}: what is offered reads the file`, async () => {
    const [text] = await texts.describe(texts.file('a.csv', content, before));
    assert.deepEqual(
      text?.offers.map((offer) => offer.format),
      [format],
    );
    const stated = texts.file('a.csv', content, { ...before, ...format });
    assert.deepEqual((await texts.read(stated)).types, types);
    assert.deepEqual((await texts.describe(stated))[0]?.offers, []);
  });
}

test('an offer names the lines', async () => {
  const reasons = async (content: string): Promise<unknown> =>
    (await texts.describe(texts.file('a.csv', content)))[0]?.offers.map(({ reason }) => reason);
  assert.deepEqual(await reasons(toa5), ['lines 3 to 4 have words above values, as units are']);
  assert.deepEqual(await reasons(rdb), ['line 4 has words above values, as the widths of columns are']);
});

/** [title, content]. */
const others: readonly (readonly [string, string])[] = [
  ['a table', 't,v\n1,2\n3,4\n'],
  ['words', 'a,b\nx,y\nz,w\n'],
  ['words that end each row', 'ID;T;eor\n44;2.1;eor\n44;2.0;eor\n'],
  ['a header alone', 't,v\n'],
  ['one line below the header', 't,v\ns,m\n'],
  ['rows without a header', '1,2\n3,4\n'],
];
for (const [title, content] of others) {
  test(`nothing is offered for ${title}`, async () => {
    const [text] = await texts.describe(texts.file('a.csv', content));
    assert.deepEqual(text?.offers, []);
  });
}

test('a query that fails as units made a column text offers the statement, which then reads it', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/a.csv', toa5));
  const [described] = await host.run('describe', { paths: ['/a.csv'] });
  const options = { units: true, below: 1 };
  assert.deepEqual(
    described?.offers.map((offer) => offer.options),
    [options],
  );
  for (const expression of ['sum(AirTC_Avg)', 'max(AirTC_Avg > 1)', 'max(AirTC_Avg::DOUBLE)']) {
    const sql = `SELECT ${expression} FROM "/a.csv"`;
    await assert.rejects(host.run('query', { sql }), (error) => {
      assert.ok(isPondError(error), expression);
      assert.deepEqual([error.path, error.formats], ['/a.csv', [options]], expression);
      assert.match(error.hint ?? '', /lines 3 to 4 have words above values/);
      return true;
    });
  }
  const derive = `apiVersion: v1\nkind: Derive\nname: d\ndesc: t\nspec:\n  collections:\n`;
  for (const [name, from] of Object.entries({ table: "'$1'", reader: "read_csv('$1')" })) {
    const text = `${derive}    - { name: ${name}, pattern: /a.csv, query: "SELECT sum(AirTC_Avg) AS s FROM ${from}" }\n`;
    await host.run('apply', { sources: [{ text, origin: 'f' }], directory: host.folder });
    await assert.rejects(host.run('query', { sql: `FROM "/Derive/d/${name}/a.csv"` }), (error) => {
      assert.ok(isPondError(error), name);
      assert.match(
        error.hint ?? '',
        /^In \/a.csv, lines 3 to 4 have words above values, as units are: state `units: true` and `below: 1`\.$/,
        name,
      );
      return true;
    });
  }
  await host.run('setFormat', { path: '/a.csv', options });
  const { rowCount } = await host.run('query', { sql: 'SELECT sum(AirTC_Avg) FROM "/a.csv"' });
  assert.equal(rowCount, 1);
});

/** [title, rows below the header of a sheet, offered, reason]. */
const sheets = [
  [
    'units',
    [row(text('d'), text('m'))],
    { units: true },
    'the row below the header has words above values, as units are',
  ],
  [
    'units and kinds of aggregates',
    [row(text('d'), text('m')), row('<c/>', text('Avg'))],
    { units: true, below: 1 },
    'the 2 rows below the header have words above values, as units are',
  ],
] as const;
for (const [title, head, options, reason] of sheets) {
  test(`a sheet with ${title} below its header: a query that fails offers what reads it`, async (t) => {
    const host = await newPondHost(t);
    const values = [row(number(46_080, 1), number(2.5)), row(number(46_081, 1), number(3.5))];
    const content = await workbook({ Data: [row(text('day'), text('level')), ...head, ...values].join('') });
    await host.run('write', { path: '/a.xlsx', content, create: true, overwrite: true });
    const offers = async (): Promise<unknown> => (await host.run('describe', { paths: ['/a.xlsx'] }))[0]?.offers;
    assert.deepEqual(await offers(), [{ reason, options }]);
    const sql = 'SELECT sum(level) FROM "/a.xlsx"';
    await assert.rejects(host.run('query', { sql }), (error) => {
      assert.ok(isPondError(error));
      assert.deepEqual([error.path, error.formats], ['/a.xlsx', [options]]);
      assert.ok(error.hint?.includes(reason), error.hint);
      return true;
    });
    await host.run('setFormat', { path: '/a.xlsx', options });
    const { text: found } = await host.run('queryToText', { sql: 'FROM "/a.xlsx"', format: 'csv' });
    assert.equal(found, 'day,level\n2026-02-27,2.5\n2026-02-28,3.5\n');
    assert.deepEqual(await offers(), []);
  });
}
