/** Searching a tree: find, grep, disk usage, and the filters of the log. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type Params, type Result } from '../../server/src/protocol/commands.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';

/** 100,002 bytes: too many for the row of a commit. */
const large = `x\n${`${'1'.repeat(99)}\n`.repeat(1000)}`;

async function newTree(t: TestContext): Promise<PondHost> {
  const host = await newPondHost(t);
  await host.run('makeDirectory', { path: '/logs/old', parents: true });
  await host.run('write', textFile('/logs/a.log', 'start\r\nError: pump\nend'));
  await host.run('write', textFile('/logs/old/b.log', 'no error here\n'));
  await host.run('write', textFile('/big.csv', large));
  await host.run('write', textFile('/same.csv', large));
  await host.run('write', textFile('/binary', 'error\0'));
  await host.run('link', { target: '/logs/a.log', path: '/link' });
  return host;
}

test('find accepts entries that meet all conditions', async (t) => {
  const host = await newTree(t);
  const find = async (params: Omit<Parameters<typeof run>[0], 'path'>, path = '/'): Promise<readonly string[]> =>
    (await run({ path, ...params })).map((node) => node.path);
  const run = (params: { path: string; [key: string]: unknown }) => host.run('find', params);
  assert.deepEqual(await find({ name: '*.log' }), ['/logs/a.log', '/logs/old/b.log']);
  assert.deepEqual(await find({ type: 'directory' }), ['/logs', '/logs/old']);
  assert.deepEqual(await find({ type: 'symlink' }), ['/link']);
  assert.deepEqual(await find({ name: '*.csv', sizeMin: 100_002 }), ['/big.csv', '/same.csv']);
  assert.deepEqual(await find({ sizeMin: 100_003 }), []);
  assert.deepEqual(await find({ sizeMax: 14, type: 'file' }, '/logs/old'), ['/logs/old/b.log']);
  assert.deepEqual(await find({ newer: '2100-01-01' }), []);
  assert.equal((await find({ older: '2100-01-01T00:00+02:00' })).length, 8);
  await host.run('commit', { message: 'all' });
  await host.run('write', textFile('/later.csv', 'x'));
  assert.deepEqual(await find({ newer: 'HEAD', type: 'file' }), ['/later.csv']);
  await assert.rejects(run({ path: '/', newer: '2026-02-31T99:00' }), (error) => isPondError(error));
  await assert.rejects(run({ path: '/none' }), (error) => isPondError(error, 'not-found'));
});

test('grep finds expressions, and leaves out names and paths', async (t) => {
  const host = await newTree(t);
  const found = async (params: Omit<Params<'grep'>, 'pond' | 'paths'>): Promise<readonly string[]> =>
    (await host.run('grep', { paths: ['/'], ...params })).matches.map(
      ({ path, line, character, length }) => `${path}:${line}:${character}+${length}`,
    );
  assert.deepEqual(await found({ text: '(e|E)rror', regex: true }), ['/link:2:0+5', '/logs/old/b.log:1:3+5']);
  assert.deepEqual(await found({ text: '^end$', regex: true, ignoreCase: true }), ['/link:3:0+3']);
  // The end of a line is not part of it, whatever the system that wrote it.
  assert.deepEqual(await found({ text: '^start$', regex: true }), ['/link:1:0+5']);
  assert.deepEqual(await found({ text: 'rror', exclude: ['old', '/link'] }), ['/logs/a.log:2:1+4']);
  assert.deepEqual(await found({ text: 'rror', exclude: ['*.log', 'link'] }), []);
  await assert.rejects(found({ text: '(', regex: true }), { code: 'usage' });
  await host.run('write', textFile('/slow', `${'a'.repeat(60)}!`));
  await assert.rejects(found({ text: '^(a+)+$', regex: true }), { code: 'usage' });
});

test('a text is found where it is in the line, also after letters whose small form is longer', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/places', 'İzmir (İ) PUMP a+b\n'));
  const search = async (text: string) => {
    const { matches } = await host.run('grep', { paths: ['/'], text, ignoreCase: true });
    return matches.map(({ character, length }) => [character, length]);
  };
  assert.deepEqual(await search('pump'), [[10, 4]]);
  assert.deepEqual(await search('(İ)'), [[6, 3]]);
  assert.deepEqual(await search('A+B'), [[15, 3]]);
  assert.deepEqual(await search('p.mp'), []);
});

test('the pages of a search have each line once, in any size of page', async (t) => {
  const host = await newTree(t);
  const all = await host.run('grep', { text: 'r', paths: ['/logs', '/'] });
  assert.equal(all.matches.length, 3);
  for (const limit of [1, 2, 100]) {
    const matches: unknown[] = [];
    for (let next: Result<'grep'>['next'] | undefined; next !== null;) {
      const after = next === undefined ? {} : { after: next };
      const page = await host.run('grep', { text: 'r', paths: ['/logs', '/'], limit, paged: true, ...after });
      matches.push(...page.matches);
      next = page.next;
    }
    assert.deepEqual(matches, all.matches, `pages of ${limit}`);
  }
});

test('a page of a search ends after many bytes, and the next one continues', async (t) => {
  const host = await newTree(t);
  const content = Buffer.alloc(17 * 1024 * 1024, `${'x'.repeat(60_000)}\n`);
  await host.run('write', { path: '/a', content, create: true, overwrite: true });
  const page = await host.run('grep', { text: 'pump', paths: ['/'], paged: true });
  assert.deepEqual([page.matches, page.next?.path], [[], '/a']);
  const rest = await host.run('grep', {
    text: 'pump',
    paths: ['/'],
    paged: true,
    ...(page.next && { after: page.next }),
  });
  assert.deepEqual([rest.matches.map(({ path }) => path), rest.next], [['/link'], null]);
});

test('files are found by letters of their names, in any version and after every change', async (t) => {
  const host = await newTree(t);
  const find = async (text: string, at?: string): Promise<readonly string[]> =>
    (await host.run('findFiles', { text, ...(at !== undefined && { at }) })).paths;
  assert.deepEqual(await find('log'), ['/logs/a.log', '/logs/old/b.log']);
  assert.deepEqual(await find('old b'), ['/logs/old/b.log']);
  assert.deepEqual(await find('BCS'), ['/big.csv']);
  assert.deepEqual(await find('nothing'), []);
  await host.run('commit', { message: 'all' });
  await host.run('write', textFile('/later.log', 'x'));
  assert.ok((await find('log')).includes('/later.log'));
  assert.ok(!(await find('log', 'HEAD')).includes('/later.log'));
  await host.run('remove', { paths: ['/later.log'], recursive: false });
  assert.ok(!(await find('log')).includes('/later.log'));
  const { paths, total, searched } = await host.run('findFiles', { text: '', start: 1, limit: 2 });
  assert.deepEqual([paths.length, total, searched], [2, 6, 6]);
  await host.run('link', { target: '/logs', path: '/latest-logs' });
  assert.deepEqual(await find('latest'), [], 'a link to a directory is not a file');
  await host.run('link', { target: '/nowhere', path: '/latest-broken' });
  assert.deepEqual(await find('latest'), ['/latest-broken']);
});

test('files that a query reads are found, whatever their names', async (t) => {
  const host = await newTree(t);
  const tables = async (): Promise<readonly string[]> =>
    (await host.run('findFiles', { text: '', areTables: true })).paths.toSorted();
  assert.deepEqual(await tables(), ['/big.csv', '/same.csv']);
  await host.run('setFormat', { path: '/logs/a.log', options: { delimiter: ' ' } });
  assert.deepEqual(await tables(), ['/big.csv', '/link', '/logs/a.log', '/same.csv']);
});

test('a search for files that begins while another lists them, and that one cancelled, finds all', async (t) => {
  const host = await newTree(t);
  const typed = new AbortController();
  const first = host.run('findFiles', { text: 'l' }, { signal: typed.signal });
  const second = host.run('findFiles', { text: 'log' });
  typed.abort();
  await assert.rejects(first, (error) => isPondError(error, 'cancelled'));
  for (const found of [await second, await host.run('findFiles', { text: 'log' })]) {
    assert.deepEqual(found.paths, ['/logs/a.log', '/logs/old/b.log']);
  }
});

test('grep finds lines of text, and counts what it does not search', async (t) => {
  const host = await newTree(t);
  const found = await host.run('grep', { text: 'error', paths: ['/'], ignoreCase: true });
  assert.deepEqual(
    found.matches.map(({ path, line, text }) => `${path}:${line}:${text}`),
    // The link leads to a file that counts once.
    ['/link:2:Error: pump', '/logs/old/b.log:1:no error here'],
  );
  assert.deepEqual([found.searched, found.notText, found.hasMore], [4, 1, false]);
  const exact = await host.run('grep', { text: 'error', paths: ['/logs/**', '/logs'] });
  assert.deepEqual(
    exact.matches.map(({ path }) => path),
    ['/logs/old/b.log'],
  );
  const first = await host.run('grep', { text: '1', paths: ['/*.csv'], limit: 3 });
  assert.deepEqual([first.matches.length, first.hasMore], [3, true]);
  assert.equal((await host.run('grep', { text: '1', paths: ['/*.csv'], filesOnly: true })).matches.length, 2);
  await host.run('write', textFile('/long', `${'x'.repeat(1_100_000)}needle`));
  assert.equal((await host.run('grep', { text: 'needle', paths: ['/long'] })).notText, 1);
  await assert.rejects(host.run('grep', { text: '', paths: ['/'] }), (error) => isPondError(error, 'usage'));
});

test('disk usage counts current files by directory, and contents that are stored once', async (t) => {
  const host = await newTree(t);
  const usages = async (path: string, depth?: number): Promise<readonly string[]> =>
    (await host.run('diskUsage', { path, ...(depth !== undefined && { depth }) })).map(
      (one) => `${one.path} ${one.files} ${one.bytes} ${one.sharedBytes}`,
    );
  assert.deepEqual(await usages('/'), ['/ 6 200057 100002', '/logs 2 36 0']);
  assert.deepEqual(await usages('/', 0), ['/ 6 200057 100002']);
  assert.deepEqual(await usages('/logs', 5), ['/logs 2 36 0', '/logs/old 1 14 0']);
  assert.deepEqual(await usages('/link'), ['/logs/a.log 1 22 0']);
});

test('the log has only the commits that all filters accept', async (t) => {
  const host = await newPondHost(t);
  for (const name of ['a', 'b', 'c']) {
    await host.run('write', textFile(`/${name}`, name));
    await host.run('commit', { message: `Add ${name}`, author: name === 'b' ? 'Ada@lab' : 'bo@lab' });
  }
  const numbers = async (params: Parameters<typeof run>[0]): Promise<readonly number[]> =>
    (await run(params)).map(({ number }) => number);
  const run = (params: { [key: string]: unknown }) => host.run('log', params);
  assert.deepEqual(await numbers({ author: 'ada' }), [2]);
  assert.deepEqual(await numbers({ message: 'ADD', limit: 2 }), [3, 2]);
  assert.deepEqual(await numbers({ message: 'add', path: '/a' }), [1]);
  assert.deepEqual(await numbers({ message: 'nothing', path: '/a' }), []);
  assert.deepEqual(await numbers({ since: '2' }), [3, 2]);
  assert.deepEqual(await numbers({ until: 'HEAD~1', limit: 1 }), [2]);
  assert.deepEqual(await numbers({ since: '2100-01-01' }), []);
  assert.equal((await numbers({ until: '2100-01-01' })).length, 4);
  await assert.rejects(run({ since: '2100-02-30' }), (error) => isPondError(error, 'usage'));
  await assert.rejects(run({ since: '99' }), (error) => isPondError(error, 'version-not-found'));
});
