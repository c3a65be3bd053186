import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';
import { hydroVuDocument } from '../support/hydroVuPond.ts';
import { startHydroVuServer } from '../support/hydroVuServer.ts';

interface Pipeline {
  readonly host: PondHost;
  readonly inbox: string;
  apply(text: string): Promise<readonly string[]>;
  commit(): Promise<void>;
}

async function pipeline(t: TestContext): Promise<Pipeline> {
  const host = await newPondHost(t);
  const inbox = join(host.folder, 'inbox');
  mkdirSync(inbox);
  return {
    host,
    inbox,
    async apply(text) {
      const sources = [{ text, origin: 'f' }];
      const { applied, problems } = await host.run('apply', { sources, directory: host.folder });
      assert.deepEqual(problems, []);
      return applied.map(({ id }) => id);
    },
    commit: async () => void (await host.run('commit', { message: 'documents' })),
  };
}

const inboxDocument = (pattern: string): string =>
  `apiVersion: v1\nkind: Inbox\nname: files\ndesc: Files\nspec:\n  pattern: ${JSON.stringify(pattern)}\n`;

const deriveDocument = (
  name: string,
  pattern: string,
  query = "SELECT * FROM read_csv('$1')",
): string => `apiVersion: v1
kind: Derive
name: ${name}
desc: Series
spec:
  collections:
    - name: all
      pattern: ${pattern}
      query: ${JSON.stringify(query)}
`;

async function code(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: unknown) => (isPondError(error) ? error.code : String(error)),
  );
}

test('resources are listed with their state, inputs, outputs and last run', async (t) => {
  const { host, inbox, apply, commit } = await pipeline(t);
  writeFileSync(join(inbox, 'a.csv'), 'Timestamp,v\n1,2\n2,3\n');
  const [inboxId, deriveId] = await apply(
    `${inboxDocument(`${inbox}/*.csv`)}---\n${deriveDocument('series', '/Inbox/files/*.csv')}`,
  );
  const before = await host.run('resources', {});
  assert.deepEqual(
    before.map(({ kind, name, id, state, reads, lastRun }) => [kind, name, id, state, reads, lastRun]),
    [
      ['Inbox', 'files', inboxId, 'staged', [], null],
      ['Derive', 'series', deriveId, 'staged', [inboxId], null],
    ],
  );
  await commit();
  const { runs } = await host.run('run', {});
  assert.deepEqual(
    runs.map(({ resource, status, files, error }) => [resource, status, files, error]),
    [
      ['Inbox/files', 'ok', 1, null],
      ['Derive/series', 'ok', 1, null],
    ],
  );
  const after = await host.run('resources', { names: ['files', 'Derive/series'] });
  assert.deepEqual(
    after.map(({ state, outputs }) => [state, outputs]),
    [
      ['committed', [{ path: '/Inbox/files/a.csv', type: 'file' }]],
      ['committed', [{ path: '/Derive/series/all', type: 'directory' }]],
    ],
  );
  assert.deepEqual(after[0]?.lastRun, runs[0]);
  assert.equal(after[1]?.lastRun?.commit, null);
  await apply(deriveDocument('series', '/Inbox/files/a*.csv'));
  assert.deepEqual(
    (await host.run('resources', { names: ['series'] })).map(({ state }) => state),
    ['changed'],
  );
});

test('run records are listed latest first, up to a limit, with the commit that contains the data', async (t) => {
  const { host, inbox, apply, commit } = await pipeline(t);
  await apply(inboxDocument(`${inbox}/*.csv`));
  await commit();
  const made = [];
  for (const text of ['one', 'one', 'two']) {
    writeFileSync(join(inbox, 'a.csv'), text);
    made.unshift(...(await host.run('run', { names: ['files'] })).runs);
  }
  assert.deepEqual(
    made.map(({ files, commit: number }) => [files, number !== null]),
    [
      [1, true],
      [0, false],
      [1, true],
    ],
  );
  // The second run said nothing new, and is not the latest one.
  const listed = made.filter(({ unrecorded }) => unrecorded === 0);
  assert.equal(listed.length, 2);
  assert.deepEqual(await host.run('runs', {}), listed);
  assert.deepEqual(await host.run('runs', { names: ['Inbox/files'], limit: 1 }), listed.slice(0, 1));
  assert.equal((await host.run('show', { commit: String(made[0]?.commit) })).commit.operation, 'Inbox/files');
});

test('a failed run has its position in its record, its readers are skipped, and others run', async (t) => {
  const { host, inbox, apply, commit } = await pipeline(t);
  writeFileSync(join(inbox, 'a.csv'), 'v\n1\n');
  await apply(
    [
      inboxDocument(`${inbox}/*.csv`),
      deriveDocument('wrong', '/Inbox/files/*.csv', "SELECT nothing FROM read_csv('$1')"),
      deriveDocument('after', '/Derive/wrong/all/*', 'SELECT * FROM "$1"'),
      deriveDocument('other', '/Inbox/files/*.csv'),
    ].join('---\n'),
  );
  await commit();
  const { runs } = await host.run('run', {});
  const byName = new Map(runs.map((run) => [run.resource, run]));
  assert.deepEqual([...byName].map(([name, { status }]) => `${name} ${status}`).sort(), [
    'Derive/after skipped',
    'Derive/other ok',
    'Derive/wrong failed',
    'Inbox/files ok',
  ]);
  const error = byName.get('Derive/wrong')?.error;
  assert.match(error?.message ?? '', /nothing/);
  assert.match(error?.path ?? '', /^\/Derive\/.*\/resource\.yaml$/);
  assert.equal(error?.line, 8);
  assert.equal(await code(host.run('run', { names: ['none'] })), 'resource-not-found');
});

test('a resource is removed with its link and all its files', async (t) => {
  const { host, inbox, apply, commit } = await pipeline(t);
  writeFileSync(join(inbox, 'a.csv'), 'v\n1\n');
  await apply(`${inboxDocument(`${inbox}/*.csv`)}---\n${deriveDocument('series', '/Inbox/files/*.csv')}`);
  await commit();
  await host.run('run', {});
  assert.deepEqual(await host.run('deleteResources', { names: ['files'] }), { removed: ['Inbox/files'] });
  await commit();
  assert.deepEqual(await host.run('list', { path: '/Inbox' }), []);
  assert.deepEqual(
    (await host.run('resources', {})).map(({ name }) => name),
    ['series'],
  );
  assert.equal(await code(host.run('deleteResources', { names: ['files'] })), 'resource-not-found');
});

test('the hash of a resource depends only on its files and directories', async (t) => {
  const { host, inbox, apply, commit } = await pipeline(t);
  await apply(inboxDocument(`${inbox}/**`));
  await commit();
  const hash = async (): Promise<string | undefined> => (await host.run('check', {})).trees[0]?.hash;
  assert.equal(await hash(), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  writeFileSync(join(inbox, 'a.csv'), 'abc');
  await host.run('run', {});
  assert.equal(await hash(), 'ba8c12f2855565673ff84708932228e2af22cf62e8addb0519e7e536d1b231db');
  mkdirSync(join(inbox, 'any'));
  writeFileSync(join(inbox, 'any/b.csv'), 'hello');
  await host.run('run', {});
  assert.equal(await hash(), '22a022871d28089387dba110849ab8c14c482601dbbe319e685b6b7d0ae7ebeb');
  assert.deepEqual((await host.run('check', { at: 'HEAD~1' })).trees[0]?.resource, 'Inbox/files');
  rmSync(inbox, { recursive: true });
});

test('a resource that reads its own output reports it, and the others are listed as usual', async (t) => {
  const { host, apply } = await pipeline(t);
  const [, id] = await apply(`${deriveDocument('one', '/Files/*')}---\n${deriveDocument('two', '/Derive/one/all/*')}`);
  await host.run('write', textFile('/Derive/one/resource.yaml', deriveDocument('one', '/Derive/two/all/*')));
  const infos = await host.run('resources', {});
  const codes = infos.flatMap(({ problems }) => problems.map((problem) => problem.code));
  assert.deepEqual(codes, ['resource-cycle']);
  assert.ok(infos.some((info) => info.id === id));
});

test('a cycle does not prevent other files from being listed and exported', async (t) => {
  const { host, apply } = await pipeline(t);
  await host.run('makeDirectory', { path: '/Files' });
  await host.run('write', textFile('/Files/a.csv', 'n\n1\n'));
  await apply(['one', 'two', 'sound'].map((name) => deriveDocument(name, '/Files/*')).join('---\n'));
  await host.run('write', textFile('/Derive/one/resource.yaml', deriveDocument('one', '/Derive/two/all/*')));
  await host.run('write', textFile('/Derive/two/resource.yaml', deriveDocument('two', '/Derive/one/all/*')));
  const circular = ['/Derive/one/all', '/Derive/two/all'];

  const listed = await host.run('list', { path: '/', recursive: true });
  const unlisted = listed.filter((node) => node.unlisted !== undefined);
  assert.deepEqual(
    unlisted.map(({ name, type }) => [name, type]),
    circular.map(() => ['all', 'directory']),
  );
  assert.match(unlisted[0]?.unlisted ?? '', /leads back to itself/);
  assert.equal(listed.filter(({ name, type }) => name === 'a.csv' && type === 'series').length, 1);

  const matches = await host.run('list', { path: '/Derive/{one,two,sound}/all/*' });
  assert.deepEqual(
    matches.filter((node) => node.unlisted === undefined).map(({ path }) => path),
    ['/Derive/sound/all/a.csv'],
  );
  const target = join(host.folder, 'exported');
  const exported = await host.run('export', { paths: ['/Derive'], directory: target });
  assert.equal(exported.skipped.filter(({ reason }) => reason.includes('leads back to itself')).length, 2);
  assert.ok(readdirSync(target, { recursive: true }).some((path) => String(path).endsWith('all/a.csv.parquet')));
  for (const path of circular) {
    await assert.rejects(host.run('list', { path }), { code: 'resource-cycle' });
    await assert.rejects(host.run('list', { path, recursive: true }), { code: 'resource-cycle' });
    await assert.rejects(host.run('export', { paths: [path], directory: target }), { code: 'resource-cycle' });
  }
});

test('files that are listed through the name of a resource have this name in their paths', async (t) => {
  const { host, apply } = await pipeline(t);
  await host.run('makeDirectory', { path: '/Files' });
  await host.run('write', textFile('/Files/a.csv', 'n\n1\n'));
  await apply(deriveDocument('one', '/Files/*'));
  const paths = async (path: string, recursive = false): Promise<readonly string[]> =>
    (await host.run('list', { path, recursive })).map((node) => node.path);
  assert.deepEqual(await paths('/Derive/one/all/*.csv'), ['/Derive/one/all/a.csv']);
  assert.deepEqual(await paths('/Derive/one/all'), ['/Derive/one/all/a.csv']);
  assert.deepEqual(await paths('Derive/one/all/a.csv'), ['/Derive/one/all/a.csv']);
  assert.deepEqual(await paths('/Derive/one/', true), [
    '/Derive/one/all',
    '/Derive/one/all/a.csv',
    '/Derive/one/resource.yaml',
  ]);
  const [home = ''] = (await paths('/Derive')).filter((path) => path !== '/Derive/one');
  assert.deepEqual(await paths(`${home}/all/*`), [`${home}/all/a.csv`]);
});

test('the same seed gives the same files below a directory, which is created', async (t) => {
  const { host } = await pipeline(t);
  const names = async (path: string): Promise<readonly string[]> =>
    (await host.run('list', { path, recursive: true })).map((node) => `${node.type} ${node.path.slice(path.length)}`);
  const made = await host.run('scribble', { path: '/a/one', seed: 7, countMin: 3, countMax: 6 });
  await host.run('scribble', { path: '/two', seed: 7, countMin: 3, countMax: 6 });
  const [one, two] = [await names('/a/one'), await names('/two')];
  assert.deepEqual(one, two);
  const directories = one.filter((line) => line.startsWith('directory')).length;
  assert.deepEqual(made, { files: one.length - directories, directories });
  assert.equal(await code(host.run('scribble', { path: '/x', seed: 1, countMin: 0, countMax: 1 })), 'usage');
});

test('the account of a HydroVu resource can be queried before it is committed, and nothing is stored', async (t) => {
  const { host, apply } = await pipeline(t);
  const readings = [10, 20, 30].map((timestamp) => ({ parameterId: '1', unitId: '1', timestamp, value: 1 }));
  const server = await startHydroVuServer({ devices: [{ id: '7', name: 'Buoy', readings }], pageSize: 2 });
  t.after(() => server.close());
  await apply(hydroVuDocument(server.url, [{ id: '7', name: 'Buoy', scope: 'Buoy' }]));
  assert.equal(await code(host.run('hydroVuLocations', { name: 'buoys' })), 'secret-missing');
  process.env['TEST_KEY'] = server.key;
  process.env['TEST_SECRET'] = server.secret;
  t.after(() => {
    delete process.env['TEST_KEY'];
    delete process.env['TEST_SECRET'];
  });
  const staged = (await host.run('status', {})).staged.length;
  const [location] = await host.run('hydroVuLocations', { name: 'HydroVu/buoys' });
  assert.deepEqual([location?.id, location?.name], ['7', 'Buoy']);
  const { pages } = await host.run('hydroVuScan', { name: 'buoys', location: '7', start: 15 });
  assert.deepEqual(pages, [{ min: 20, max: 30, readings: 2 }]);
  assert.equal((await host.run('status', {})).staged.length, staged);
  assert.equal(await code(host.run('hydroVuScan', { name: 'none', location: '7', start: 0 })), 'resource-not-found');
});
