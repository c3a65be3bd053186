/** Names that are offered while SQL is typed. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { type SqlNameInfo } from '../../server/src/protocol/commands.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';

async function newLevels(t: TestContext): Promise<PondHost> {
  const host = await newPondHost(t);
  await host.run('makeDirectory', { path: '/wells/old', parents: true });
  await host.run('write', textFile('/wells/a.csv', 'station,level m,order\nA,1.5,1\n'));
  await host.run('write', textFile('/wells/b.csv', 'station,depth\nB,2.5\n'));
  await host.run('write', textFile('/wells/broken.csv', 'x,y\n1\n2,3\n4\n'));
  return host;
}

type Offered = { readonly word: string } & Partial<Record<SqlNameInfo['kind'], readonly string[]>>;

/** The begun word at the `|` of a text, and the offered names by kind; those of functions and keywords that begin with it. */
async function offered(host: PondHost, marked: string, at?: string): Promise<Offered> {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  const found = await host.run('completeSql', { text, offset, ...(at !== undefined && { at }) });
  assert.ok(found !== null && !found.isPartial);
  const word = text.slice(found.start, offset);
  const byKind: Partial<Record<SqlNameInfo['kind'], string[]>> = {};
  for (const { kind, text: name } of found.names) {
    const isOfPond = kind !== 'function' && kind !== 'keyword';
    if (isOfPond || (word !== '' && name.startsWith(word))) (byKind[kind] ??= []).push(name);
  }
  return { word, ...byKind };
}

test('in quotes, a slash begins a path, whose next names are offered', async (t) => {
  const host = await newLevels(t);
  assert.deepEqual(await offered(host, 'SELECT * FROM "/|"'), { word: '/', directory: ['/wells/'] });
  const inWells = { directory: ['/wells/old/'], file: ['/wells/a.csv', '/wells/b.csv', '/wells/broken.csv'] };
  assert.deepEqual(await offered(host, "SELECT 'it''s' FROM '/wells/b|"), { word: '/wells/b', ...inWells });
  assert.deepEqual(await offered(host, '-- the "levels"\nFROM "/wells/|'), { word: '/wells/', ...inWells });
  assert.deepEqual(await offered(host, 'FROM "/none/|'), { word: '/none/' });
});

test('quotes in a path are doubled where they enclose it', async (t) => {
  const host = await newPondHost(t);
  await host.run('makeDirectory', { path: "/Smith's", parents: true });
  await host.run('write', textFile(`/Smith's/5" pipe.csv`, 'a\n1\n'));
  assert.deepEqual(await offered(host, "FROM '/|"), { word: '/', directory: ["/Smith''s/"] });
  assert.deepEqual(await offered(host, "FROM '/Smith''s/|"), { word: "/Smith''s/", file: [`/Smith''s/5" pipe.csv`] });
  assert.deepEqual(await offered(host, `FROM "/Smith's/|`), { word: "/Smith's/", file: [`/Smith's/5"" pipe.csv`] });
});

test('elsewhere, columns of the tables of the statement, functions and keywords are offered', async (t) => {
  const host = await newLevels(t);
  assert.deepEqual(await offered(host, 'SELECT strf| FROM "/wells/a.csv"; SELECT * FROM "/wells/b.csv"'), {
    word: 'strf',
    column: ['station', '"level m"', '"order"'],
    function: ['strftime'],
  });
  assert.deepEqual(await offered(host, 'SELECT 1; FROM "/wells/a.csv" JOIN "/wells/b.csv" WHER|'), {
    word: 'WHER',
    column: ['station', '"level m"', '"order"', 'depth'],
    keyword: ['WHERE'],
  });
  // A table that cannot be read has no columns, and the others are there.
  assert.deepEqual((await offered(host, 'SELECT | FROM "/wells/b.csv", "/wells/broken.csv", "/none.csv"')).column, [
    'station',
    'depth',
  ]);
  assert.deepEqual((await offered(host, 'grou|')).keyword, ['group']);
});

test('after an alias and a dot, and in a quoted name, only columns are offered', async (t) => {
  const host = await newLevels(t);
  const two = 'FROM "/wells/a.csv" AS a JOIN "/wells/b.csv" b USING (station)';
  assert.deepEqual(await offered(host, `SELECT b.de| ${two}`), { word: 'de', column: ['station', 'depth'] });
  assert.deepEqual((await offered(host, `SELECT A.| ${two}`)).column, ['station', '"level m"', '"order"']);
  assert.deepEqual(await offered(host, `SELECT c.| ${two}`), { word: '' });
  const read = `FROM read_csv(['/wells/b.csv'], types = {'a': upper('b')}) AS b, (FROM "/wells/a.csv") c`;
  assert.deepEqual(await offered(host, `SELECT b.| ${read}`), { word: '', column: ['station', 'depth'] });
  assert.deepEqual(await offered(host, `SELECT types.| ${read}`), { word: '' });
  assert.deepEqual(await offered(host, 'FROM "/wells/a.csv" SELECT "level|'), {
    word: 'level',
    column: ['station', 'level m', 'order'],
  });
});

test('nothing is offered in comments, in strings that are not paths, and right after a closed quote or a number', async (t) => {
  const host = await newLevels(t);
  for (const marked of [
    '-- sel|',
    'SELECT 1 /* sel|',
    "SELECT 'sel|",
    'FROM "/wells/a.csv"|',
    "SELECT 'a'|",
    'SELECT 12|',
  ]) {
    const offset = marked.indexOf('|');
    const found = await host.run('completeSql', { text: marked.replace('|', ''), offset });
    assert.deepEqual(found, { start: offset, names: [], isPartial: false }, marked);
  }
  assert.deepEqual((await offered(host, '-- a comment\nsel|')).keyword, ['select']);
});

test('names are those of a version', async (t) => {
  const host = await newLevels(t);
  await host.run('commit', { message: 'levels' });
  await host.run('remove', { paths: ['/wells/b.csv'], recursive: false });
  const names = async (at?: string): Promise<readonly string[] | undefined> =>
    (await offered(host, 'FROM "/wells/b|', at)).file;
  assert.deepEqual(await names(), ['/wells/a.csv', '/wells/broken.csv']);
  assert.deepEqual(await names('HEAD'), ['/wells/a.csv', '/wells/b.csv', '/wells/broken.csv']);
});

test('of a directory with many names, those that begin with the word are offered', async (t) => {
  const host = await newPondHost(t);
  for (let n = 0; n <= 1000; n++) await host.run('write', textFile(`/N${n}`, ''));
  const found = await host.run('completeSql', { text: 'FROM "/n100', offset: 11 });
  assert.deepEqual(
    found?.names.map(({ text }) => text),
    ['/N100', '/N1000'],
  );
  assert.ok(found?.isPartial);
});
