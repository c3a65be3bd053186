/**
 * Each verb with a path, through each kind of link. Its answer, and what it stages, are those of the real path. The table
 * has a row for each such verb of the protocol: a new one does not compile without a row.
 */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { verbs } from '../../server/src/commands/verbs.ts';
import { type CommandName, type Params } from '../../server/src/protocol/commands.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';

/** Verbs with a pond path, or several, in their params. */
type PathVerb = {
  [N in CommandName]: [Extract<keyof Params<N>, 'path' | 'paths' | 'from'>] extends [never] ? never : N;
}[CommandName];

interface Row {
  /** Whether a link at the end of the path means what it leads to. */
  readonly last: 'followed' | 'itself';
  /** What the path has to be for the verb. */
  readonly takes: 'any' | 'file' | 'directory';
  /** Runs the verb. Returns the part of its answer that does not repeat the path. */
  readonly run: (host: PondHost, path: string) => Promise<unknown>;
}

const contents = (nodes: readonly { readonly sha256: string }[]): readonly string[] => nodes.map((node) => node.sha256);

/** The content of a table, as edits name it, and its first column. */
async function editable(host: PondHost, path: string): Promise<{ base: string; column: string }> {
  const { editing, columns } = await host.run('openTable', { table: { path } });
  assert.ok(editing !== undefined && 'base' in editing);
  return { base: editing.base, column: columns[0]?.name ?? '' };
}

const rows: { readonly [N in PathVerb]: Row } = {
  stat: { last: 'itself', takes: 'any', run: async (host, path) => contents([await host.run('stat', { path })]) },
  list: {
    last: 'followed',
    takes: 'directory',
    run: async (host, path) => contents(await host.run('list', { path, recursive: true })),
  },
  find: {
    last: 'followed',
    takes: 'directory',
    run: async (host, path) => contents(await host.run('find', { path })),
  },
  grep: {
    last: 'followed',
    takes: 'any',
    run: async (host, path) => (await host.run('grep', { text: 'a', paths: [path] })).matches.map(({ line }) => line),
  },
  diskUsage: {
    last: 'followed',
    takes: 'any',
    run: async (host, path) => (await host.run('diskUsage', { path })).map(({ bytes }) => bytes),
  },
  children: { last: 'followed', takes: 'directory', run: (host, path) => host.run('children', { path }) },
  read: { last: 'followed', takes: 'file', run: (host, path) => host.run('read', { path }) },
  write: {
    last: 'followed',
    takes: 'file',
    run: async (host, path) => (await host.run('write', textFile(path, 'written'))).path,
  },
  makeDirectory: {
    last: 'followed',
    takes: 'directory',
    run: async (host, path) => (await host.run('makeDirectory', { path: `${path}/made` })).path,
  },
  saveTable: {
    last: 'followed',
    takes: 'directory',
    run: async (host, path) => {
      const { source } = await host.run('openTable', { table: { sql: 'SELECT 1 AS x' } });
      const view = { sort: [], filters: [] };
      return host.run('saveTable', { source, view, format: 'csv', path: `${path}/saved.csv`, overwrite: false });
    },
  },
  checkCells: {
    last: 'followed',
    takes: 'file',
    run: async (host, path) => host.run('checkCells', { path, ...(await editable(host, path)), cells: [] }),
  },
  editTable: {
    last: 'followed',
    takes: 'file',
    run: async (host, path) => {
      const { base, column } = await editable(host, path);
      const edits = { changed: [], deleted: [], inserted: [{ before: 0, values: [[column, 'x']] as const }] };
      return (await host.run('editTable', { path, base, edits })).sha256;
    },
  },
  touch: {
    last: 'followed',
    takes: 'directory',
    run: async (host, path) => (await host.run('touch', { paths: [`${path}/touched`] })).map((node) => node.path),
  },
  link: {
    last: 'followed',
    takes: 'directory',
    run: async (host, path) => (await host.run('link', { target: 'x', path: `${path}/link` })).path,
  },
  format: {
    last: 'followed',
    takes: 'any',
    run: (host, path) => host.run('format', { path }),
  },
  setFormat: {
    last: 'followed',
    takes: 'any',
    run: (host, path) => host.run('setFormat', { path, options: { skip: 1 } }),
  },
  describe: {
    last: 'followed',
    takes: 'file',
    run: async (host, path) =>
      (await host.run('describe', { paths: [path] })).map(({ columns, rowCount }) => [columns, rowCount]),
  },
  remove: {
    last: 'itself',
    takes: 'file',
    run: (host, path) => host.run('remove', { paths: [path], recursive: false }),
  },
  rename: {
    last: 'itself',
    takes: 'file',
    run: async (host, path) => (await host.run('rename', { from: path, to: `${path}.moved`, overwrite: false })).path,
  },
  copy: {
    last: 'followed',
    takes: 'file',
    run: async (host, path) =>
      (await host.run('copy', { from: path, to: '/copied', recursive: false, overwrite: false })).sha256,
  },
  append: {
    last: 'followed',
    takes: 'directory',
    run: async (host, path) => {
      const file = join(host.folder, 'appended.csv');
      writeFileSync(file, 'Timestamp,v\n1700000000,1\n');
      return (await host.run('append', { sources: [file], path: `${path}/series` })).rows;
    },
  },
  import: {
    last: 'followed',
    takes: 'directory',
    run: (host, path) => host.run('import', { sources: [join(host.folder, 'imported.csv')], path }),
  },
  export: {
    last: 'followed',
    takes: 'file',
    run: async (host, path) => {
      const directory = join(host.folder, 'out');
      const { files, bytes } = await host.run('export', { paths: [path], directory });
      rmSync(directory, { recursive: true });
      return { files, bytes };
    },
  },
  fetch: {
    last: 'followed',
    takes: 'any',
    run: async (host, path) => await codeOf(host.run('fetch', { paths: [path] })),
  },
  diff: { last: 'followed', takes: 'any', run: (host, path) => host.run('diff', { paths: [path] }) },
  countRows: {
    last: 'followed',
    takes: 'file',
    run: async (host, path) => await codeOf(host.run('countRows', { paths: [path], bytesMax: 0 })),
  },
  diffRows: {
    last: 'followed',
    takes: 'file',
    run: async (host, path) => await codeOf(host.run('diffRows', { path, limit: 10 })),
  },
  mergeRows: {
    last: 'followed',
    takes: 'file',
    run: async (host, path) => await codeOf(host.run('mergeRows', { path, limit: 0 })),
  },
  discard: { last: 'followed', takes: 'any', run: (host, path) => host.run('discard', { paths: [path] }) },
  resolve: {
    last: 'followed',
    takes: 'any',
    run: async (host, path) => await codeOf(host.run('resolve', { paths: [path] })),
  },
  commit: {
    last: 'followed',
    takes: 'any',
    run: async (host, path) => {
      const code = await codeOf(host.run('commit', { message: 'a part', paths: [path] }));
      // What is staged next must differ from what is committed.
      await host.run('undo', {});
      return code;
    },
  },
  log: { last: 'followed', takes: 'any', run: (host, path) => host.run('log', { path }) },
  history: { last: 'followed', takes: 'any', run: async (host, path) => (await host.run('history', { path })).commits },
  prove: { last: 'followed', takes: 'any', run: (host, path) => host.run('prove', { path }) },
  restore: {
    last: 'followed',
    takes: 'any',
    run: (host, path) => host.run('restore', { paths: [path], at: 'HEAD~1' }),
  },
  scribble: {
    last: 'followed',
    takes: 'directory',
    run: (host, path) => host.run('scribble', { path: `${path}/random`, seed: 1, countMin: 1, countMax: 2 }),
  },
};

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: unknown) => (isPondError(error) ? error.code : String(error)),
  );
}

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
  const home = applied[0]?.home ?? '';
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
    const answer = await rows[verb].run(host, path);
    if (verbs[verb].access === 'read') return answer;
    const { staged } = await host.run('status', {});
    await host.run('discard', {}).catch(() => undefined);
    await stageVersion(host, files, 'staged');
    return { answer, staged: staged.map(({ kind, path, from, sizeAfter }) => ({ kind, path, from, sizeAfter })) };
  };
  for (const verb of Object.keys(rows) as readonly PathVerb[]) {
    const { takes, last } = rows[verb];
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
