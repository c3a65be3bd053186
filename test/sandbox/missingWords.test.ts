/** Words for missing values that make columns text: they are offered as such, and what is offered reads the file. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type TextFormat } from '../../server/src/sandbox/textFormat.ts';
import { newPondHost, textFile } from '../support/commandHost.ts';
import { TextFiles } from '../support/textFiles.ts';

const texts = new TextFiles();
before(() => texts.open());
after(() => texts.close());

const r = '"","Ozone","Day"\n"1",41,1\n"2",NA,2\n"3",12.5,NA\n';

/** [title, content, stated before, offered, types with it]. */
const offered: readonly (readonly [string, string, TextFormat, TextFormat, readonly string[]])[] = [
  ['R', r, {}, { nulls: ['NA'] }, ['BIGINT', 'DOUBLE', 'BIGINT']],
  [
    'several words',
    't,a,b\n2026-01-01,---,1\n---,2,#N/A\n2026-01-02,3,4\n',
    {},
    { nulls: ['---', '#N/A'] },
    ['DATE', 'BIGINT', 'BIGINT'],
  ],
  ['a word in the first row', 'a,b\nNA,1\n1.5,2\n2.5,3\n', {}, { nulls: ['NA'] }, ['DOUBLE', 'BIGINT']],
  ['another word than the stated one', 'a\n1\n-9\nn/a\n', { nulls: ['-9'] }, { nulls: ['-9', 'n/a'] }, ['BIGINT']],
  [
    'words in the whole first row',
    't,v\n2026-02-01,---\n2026-02-02,1\n2026-02-03,1\n',
    {},
    { nulls: ['---'] },
    ['DATE', 'BIGINT'],
  ],
  ['times of day', 't,v\n10:00:00,1\nNULL,2\n', {}, { nulls: ['NULL'] }, ['TIME', 'BIGINT']],
];
for (const [title, content, stated, format, types] of offered) {
  test(`a word for a missing value is offered: ${title}`, async () => {
    const [description] = await texts.describe(texts.file('a.csv', content, stated));
    assert.deepEqual(
      description?.offers.map((offer) => offer.format),
      [format],
    );
    assert.deepEqual((await texts.read(texts.file('a.csv', content, { ...stated, ...format }))).types, types);
  });
}

for (const [title, content, format] of [
  ['a column of words', 'a,b\nNA,1\nFR,2\nDE,3\n', {}],
  ['a word that does not stand for a missing value', 'a,b\n1,1\nOFF,2\n', {}],
  ['stated words', r, { nulls: ['NA'] }],
  ['a column that is stated to be text', 'a,b\nx,1\nNA,2\n', { types: { a: 'text' } }],
] as const) {
  test(`no word is offered for a missing value: ${title}`, async () => {
    const [description] = await texts.describe(texts.file('a.csv', content, format));
    assert.deepEqual(description?.offers, []);
  });
}

test('a query that fails for a column with such a word offers to state it', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/r.csv', r));
  const offers = { message: /avg\(VARCHAR\)/, path: '/r.csv', formats: [{ nulls: ['NA'] }] };
  await assert.rejects(host.run('query', { sql: `SELECT avg("Ozone") FROM '/r.csv'` }), (error) => {
    assert.ok(isPondError(error));
    const { message, path, formats, hint } = error;
    assert.match(message, offers.message);
    assert.deepEqual({ path, formats }, { path: offers.path, formats: offers.formats });
    assert.equal(
      hint,
      'In /r.csv, column "Ozone" has 1 text among 2 numbers: "NA"; column "Day" has 1 text among 2 numbers: "NA": state `nulls: NA` if that stands for a missing value.',
    );
    return true;
  });
});

const column = (...values: readonly string[]): string =>
  ['t\tv', ...values.map((value) => `x\t${value}`), ''].join('\n');
const ice = Array.from({ length: 40 }, () => 'Ice');

/** [title, content, what is offered; undefined for nothing]. */
const among: readonly (readonly [string, string, TextFormat | undefined])[] = [
  [
    'texts for ice and equipment',
    column('5000', 'Ice', '5001', 'Eqp', '***', '5002'),
    { nulls: ['***', 'Eqp', 'Ice'] },
  ],
  ['mostly ice', column('5000', ...ice, '5001'), { nulls: ['Ice'] }],
  ['a known word first', column('NA', '1', 'Ice', '2'), { nulls: ['NA', 'Ice'] }],
  ['a row of widths above them', column('14n', '5000', 'Ice', '5001').replace('x', '5s'), { below: 1 }],
  ['ids with zeros in front', column('007', '012', 'A1'), undefined],
  ['numbers below a limit', column('0.5', '<0.05', '1', 'Ice', '2'), undefined],
  ['codes', column('1', 'A', 'P', 'A', 'P'), undefined],
  ['many words', column(...Array.from({ length: 9 }, (_, index) => ['1', `w${index}`]).flat()), undefined],
];
const influx = (name: string, value: string): string =>
  `#group,false,true\n#datatype,string,double\n#default,x,\n,table,${name}\n,0,${value}\n`;

test('comments above each of several tables are offered as such', async () => {
  const content = `${influx('a', '1')}\n${influx('a', '2')}`;
  await assert.rejects(texts.describe(texts.file('a.csv', content)), (error) => {
    assert.ok(isPondError(error, 'invalid-content'));
    assert.deepEqual(error.formats?.[0], { comment: '#' });
    return true;
  });
  const words = `${influx('a', 'on')}\n${influx('b', 'off')}`;
  const [described] = await texts.describe(texts.file('a.csv', words.replaceAll(',0,', ',x,')));
  assert.deepEqual(
    described?.offers.map(({ format }) => format),
    [{ comment: '#' }],
  );
  const { rows } = await texts.read(texts.file('a.csv', content, { comment: '#' }));
  assert.deepEqual(rows, [
    [null, '0', '1'],
    [null, '0', '2'],
  ]);
  for (const other of ['#a,b\n#1,2\n#3,4\n', '#,b\n1,2\n3,4\n', influx('a', '1')])
    assert.deepEqual((await texts.describe(texts.file('a.csv', other)))[0]?.offers, []);
});

test('all texts among the numbers of a column are offered as missing values, in a description and a failed query', async (t) => {
  const host = await newPondHost(t);
  for (const [index, [title, content, format]] of among.entries()) {
    const path = `/${index}.txt`;
    await host.run('write', textFile(path, content));
    const [described] = await host.run('describe', { paths: [path] });
    const offers = format === undefined ? [] : [format];
    assert.deepEqual(
      described?.offers.map(({ options }) => options),
      offers,
      title,
    );
    await assert.rejects(host.run('query', { sql: `SELECT sum(v) FROM '${path}'` }), (error) => {
      assert.ok(isPondError(error));
      assert.deepEqual(error.formats ?? [], offers, title);
      return true;
    });
    if (format === undefined) continue;
    await host.run('setFormat', { path, options: { ...format } });
    const read = host.run('query', { sql: `SELECT sum(v) FROM '${path}'` });
    // The texts below the widths are offered next.
    if (format.below === undefined) await read;
    else await assert.rejects(read, { formats: [{ nulls: ['Ice'] }] });
  }
});
