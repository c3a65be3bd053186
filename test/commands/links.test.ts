/**
 * Each verb with a path, through each kind of link. Its answer, and what it stages, are those of the real path.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { verbs } from '../../server/src/commands/verbs.ts';
import { type Params } from '../../server/src/protocol/commands.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';
import { codeOf, pathVerbs, type PathVerb } from '../support/pathVerbs.ts';

/** A path through links, the real path, and whether its last component is a link. */
interface LinkedPath {
  readonly path: string;
  readonly real: string;
  readonly type: 'file' | 'directory';
  readonly endsInLink: boolean;
}

const inboxDocument = (folder: string): string =>
  `apiVersion: v1\nkind: Inbox\nname: loggers\ndesc: Files\nspec:\n  pattern: ${JSON.stringify(`${folder}/*.csv`)}\n`;

/** A pond with links of each kind, and two committed versions of its files. */
async function linkedPond(t: TestContext): Promise<{
  readonly host: PondHost;
  readonly paths: readonly LinkedPath[];
  readonly files: readonly string[];
}> {
  const host = await newPondHost(t);
  writeFileSync(join(host.folder, 'imported.csv'), 'v\n1\n');
  const sources = [{ text: inboxDocument(host.folder), origin: 'f' }];
  const { applied } = await host.run('apply', { sources, directory: host.folder });
  const home = applied[0]?.directory ?? '';
  await host.run('makeDirectory', { path: '/data/sub', parents: true });
  const links = {
    '/dir': '/data',
    '/far': 'dir',
    '/file': 'data/a.csv',
    '/data/back': '../far/sub',
    '/mine': '/Inbox/loggers',
  };
  for (const [path, target] of Object.entries(links)) await host.run('link', { path, target });
  const files = ['/data/a.csv', '/data/sub/b.csv', `${home}/rows.csv`];
  for (const version of ['first', 'second']) {
    await stageVersion(host, files, version);
    await host.run('commit', { message: version });
  }
  const through = (path: string, real: string, endsInLink = false): LinkedPath => ({
    ...{ path, real, endsInLink },
    type: real.endsWith('.csv') ? 'file' : 'directory',
  });
  return {
    host,
    files,
    paths: [
      through('/dir/a.csv', '/data/a.csv'),
      through('/far/a.csv', '/data/a.csv'),
      through('/far/back/b.csv', '/data/sub/b.csv'),
      through('/dir/sub', '/data/sub'),
      through('/file', '/data/a.csv', true),
      through('/far', '/data', true),
      through('/dir/back', '/data/sub', true),
      through('/Inbox/loggers/rows.csv', `${home}/rows.csv`),
      through('/Inbox/loggers', home, true),
      through('/mine', home, true),
      through('/mine/rows.csv', `${home}/rows.csv`),
    ],
  };
}

async function stageVersion(host: PondHost, files: readonly string[], version: string): Promise<void> {
  for (const path of files) await host.run('write', textFile(path, version));
}

test('every verb means the same through each kind of link as through the real path', async (t) => {
  const { host, paths, files } = await linkedPond(t);
  await stageVersion(host, files, 'staged');
  const outcome = async (verb: PathVerb, path: string): Promise<unknown> => {
    const answer = await pathVerbs[verb].run(host, path);
    if (verbs[verb].access === 'read') return answer;
    const { staged } = await host.run('status', {});
    await host.run('discard', {}).catch(() => undefined);
    await stageVersion(host, files, 'staged');
    return { answer, staged: staged.map(({ kind, path, from, sizeAfter }) => ({ kind, path, from, sizeAfter })) };
  };
  for (const verb of Object.keys(pathVerbs) as readonly PathVerb[]) {
    const { takes, last } = pathVerbs[verb];
    const wanted = paths.filter(
      ({ type, endsInLink }) => (takes === 'any' || takes === type) && !(endsInLink && last === 'itself'),
    );
    for (const real of new Set(wanted.map((one) => one.real))) {
      const expected = await outcome(verb, real);
      for (const { path } of wanted.filter((one) => one.real === real)) {
        assert.deepEqual(await outcome(verb, path), expected, `${verb} ${path}`);
      }
    }
  }
});

/** A pond in which /l led to /a, then to /b; both files have two versions. */
async function retargeted(t: TestContext): Promise<PondHost> {
  const host = await newPondHost(t);
  await stageVersion(host, ['/a', '/b'], 'old');
  await host.run('link', { path: '/l', target: '/a' });
  await host.run('commit', { message: 'to a' });
  await stageVersion(host, ['/a', '/b'], 'newer');
  await host.run('remove', { paths: ['/l'], recursive: false });
  await host.run('link', { path: '/l', target: 'b' });
  await host.run('commit', { message: 'to b' });
  return host;
}

const text = async (host: PondHost, path: string): Promise<string> =>
  Buffer.from((await host.run('read', { path })) as Uint8Array).toString();

const pathsOf = (changes: readonly { readonly path: string }[]): readonly string[] => changes.map(({ path }) => path);

const messages = async (host: PondHost, params: Omit<Params<'log'>, 'pond'>): Promise<readonly string[]> =>
  (await host.run('log', params)).map(({ message }) => message);

test('restoring a link restores the link of that version and what it led to then, and nothing else', async (t) => {
  const host = await retargeted(t);
  assert.deepEqual(pathsOf(await host.run('restore', { paths: ['/l'], at: '1' })), ['/a', '/l']);
  assert.deepEqual([await text(host, '/l'), await text(host, '/b')], ['old', 'newer']);
});

test('restoring a link to before it was created removes the link and not its target', async (t) => {
  const host = await retargeted(t);
  assert.deepEqual(pathsOf(await host.run('restore', { paths: ['/l'], at: '0' })), ['/l']);
  assert.equal(await text(host, '/b'), 'newer');
});

test('the difference of a link is that of the link and of what it leads to on each side', async (t) => {
  const host = await retargeted(t);
  const diff = async (from: string, to: string): Promise<readonly string[]> =>
    pathsOf(await host.run('diff', { from, to, paths: ['/l'] }));
  assert.deepEqual(await diff('1', '2'), ['/a', '/b', '/l']);
  await stageVersion(host, ['/a', '/b'], 'newest');
  assert.deepEqual(pathsOf(await host.run('diff', { paths: ['/l'] })), ['/b']);
});

test('discarding a staged link keeps what is staged at its target', async (t) => {
  const host = await newPondHost(t);
  await stageVersion(host, ['/a'], 'precious');
  await host.run('link', { path: '/l', target: '/a' });
  assert.deepEqual(await host.run('discard', { paths: ['/l'] }), { discarded: 1 });
  assert.deepEqual(pathsOf((await host.run('status', {})).staged), ['/a']);
});

test('through a link, what was removed is found where it was', async (t) => {
  const host = await newPondHost(t);
  await host.run('makeDirectory', { path: '/data' });
  await stageVersion(host, ['/data/x'], 'x');
  await host.run('link', { path: '/l', target: 'data' });
  await host.run('commit', { message: 'added' });
  await host.run('remove', { paths: ['/data/x'], recursive: false });
  assert.deepEqual(pathsOf(await host.run('diff', { paths: ['/l/x'] })), ['/data/x']);
  assert.deepEqual(await host.run('discard', { paths: ['/l/x'] }), { discarded: 1 });
  await host.run('remove', { paths: ['/data/x'], recursive: false });
  await host.run('commit', { message: 'removed' });
  assert.deepEqual(await messages(host, { path: '/l/x' }), ['removed', 'added']);
  await host.run('remove', { paths: ['/l'], recursive: false });
  await host.run('commit', { message: 'no link' });
  await host.run('remove', { paths: ['/data'], recursive: true });
  await host.run('commit', { message: 'nothing' });
  assert.deepEqual(await messages(host, { path: '/l/x' }), ['removed', 'added']);
  assert.deepEqual(await messages(host, { path: '/l' }), ['nothing', 'removed', 'added']);
  assert.deepEqual(await messages(host, { path: '/l', followLinks: false }), ['no link', 'added']);
  assert.deepEqual(pathsOf(await host.run('restore', { paths: ['/l/x'], at: '1' })), ['/data', '/data/x']);
});

test('a link that leads nowhere means itself, and circles are named where nothing else is meant', async (t) => {
  const host = await newPondHost(t);
  await host.run('link', { path: '/dangling', target: '/gone' });
  await host.run('link', { path: '/circle', target: '/circle' });
  await host.run('commit', { message: 'links' });
  for (const path of ['/dangling', '/circle']) {
    assert.deepEqual(await messages(host, { path }), ['links'], path);
    assert.deepEqual(pathsOf(await host.run('diff', { from: '0', paths: [path] })), [path]);
    assert.deepEqual(pathsOf(await host.run('restore', { paths: [path], at: '0' })), [path]);
    assert.deepEqual(await host.run('discard', { paths: [path] }), { discarded: 1 });
  }
  for (const [path, code] of [
    ['/dangling/x', 'not-found'],
    ['/circle/x', 'symlink-loop'],
  ] as const) {
    assert.equal(await codeOf(host.run('log', { path })), code);
    assert.equal(await codeOf(host.run('diff', { paths: [path] })), code);
    assert.equal(await codeOf(host.run('restore', { paths: [path], at: '0' })), code);
    assert.equal(await codeOf(host.run('discard', { paths: [path] })), 'nothing-staged');
  }
});
