import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';

async function paths({ run }: PondHost): Promise<string[]> {
  return (await run('list', { path: '/', recursive: true })).map(({ path }) => path);
}

test('folders are imported recursively, links to files as files; other links are reported as skipped', async (t) => {
  const host = await newPondHost(t);
  const from = join(host.folder, 'from');
  mkdirSync(join(from, 'a/b'), { recursive: true });
  writeFileSync(join(from, 'a/one'), 'one');
  symlinkSync('one', join(from, 'a/link'));
  symlinkSync('..', join(from, 'a/up'));
  symlinkSync('nowhere', join(from, 'a/dangling'));
  symlinkSync('circle', join(from, 'a/circle'));
  const result = await host.run('import', { sources: [join(from, 'a')], path: '/in' });
  const skipped = [
    { path: join(from, 'a/circle'), reason: 'it is a link in a circle of links' },
    { path: join(from, 'a/dangling'), reason: 'it is a link that leads nowhere' },
    { path: join(from, 'a/up'), reason: 'it is a link to a folder' },
  ];
  assert.deepEqual(result, { files: 2, directories: 2, bytes: 6, unchanged: 0, skipped, skippedCount: 3 });
  assert.deepEqual(await paths(host), ['/in', '/in/a', '/in/a/b', '/in/a/link', '/in/a/one']);
});

test('one file becomes the file at a path with its extension, unless a directory is there', async (t) => {
  const host = await newPondHost(t);
  const file = join(host.folder, 'a.csv');
  writeFileSync(file, 'n\n1\n');
  const importTo = (path: string, sources = [file]): Promise<unknown> => host.run('import', { sources, path });
  for (const path of ['/b.CSV', '/d/a.csv', '/d/a.csv', '/plain', '/x.txt']) await importTo(path);
  await host.run('makeDirectory', { path: '/c.csv' });
  await importTo('/c.csv');
  const other = join(host.folder, 'e.csv');
  writeFileSync(other, 'n\n2\n');
  await importTo('/f.csv', [file, other]);
  const expected = ['/b.CSV', '/c.csv', '/c.csv/a.csv', '/d', '/d/a.csv', '/f.csv', '/f.csv/a.csv', '/f.csv/e.csv'];
  assert.deepEqual(await paths(host), [...expected, '/plain', '/plain/a.csv', '/x.txt', '/x.txt/a.csv']);
});

test('names that are not text, and entries that are not files, are reported as skipped', async (t) => {
  if (process.platform === 'win32') return;
  const host = await newPondHost(t);
  const from = join(host.folder, 'from');
  mkdirSync(from);
  execFileSync('mkfifo', [join(from, 'pipe')]);
  let expected = [{ path: join(from, 'pipe'), reason: 'it is a pipe' }];
  // Only Linux allows arbitrary bytes in names.
  if (process.platform === 'linux') {
    writeFileSync(Buffer.concat([Buffer.from(join(from, 'name')), Buffer.of(0xff)]), 'x');
    expected = [{ path: join(from, 'name\ufffd'), reason: 'its name is not UTF-8' }, ...expected];
  }
  writeFileSync(join(from, 'back\\slash \ufffd'), 'x');
  const { files, skipped } = await host.run('import', { sources: [from], path: '/' });
  assert.deepEqual([files, skipped], [1, expected]);
  assert.deepEqual(await paths(host), ['/from', '/from/back\\slash \ufffd']);
});

test('of many skipped files, a hundred are named and all are counted', async (t) => {
  const host = await newPondHost(t);
  const from = join(host.folder, 'from');
  mkdirSync(from);
  for (let n = 0; n < 101; n++) symlinkSync('nowhere', join(from, String(n)));
  const { skipped, skippedCount } = await host.run('import', { sources: [from], path: '/' });
  assert.deepEqual([skipped.length, skippedCount], [100, 101]);
});

test('a file with the same content keeps its version, one of the same size with other content does not', async (t) => {
  const host = await newPondHost(t);
  const file = join(host.folder, 'f');
  const versions: number[] = [];
  for (const text of ['one', 'one', 'two']) {
    writeFileSync(file, text);
    await host.run('import', { sources: [file], path: '/' });
    versions.push((await host.run('stat', { path: '/f' })).version);
    await host.run('commit', { message: text }).catch(() => undefined);
  }
  assert.deepEqual(versions, [1, 1, 2]);
});

test('a large file is imported completely', async (t) => {
  const host = await newPondHost(t);
  const content = Buffer.alloc(3_000_000, 'xyz');
  writeFileSync(join(host.folder, 'large'), content);
  await host.run('import', { sources: [join(host.folder, 'large')], path: '/' });
  assert.ok(content.equals((await host.run('read', { path: '/large' })) as Uint8Array));
});

test('an import that is cancelled or fails stages nothing, and reverts nothing', async (t) => {
  const host = await newPondHost(t);
  const from = join(host.folder, 'from');
  mkdirSync(from);
  for (let n = 0; n < 50; n++) writeFileSync(join(from, String(n)), String(n));
  await host.run('write', textFile('/kept', 'kept'));
  const controller = new AbortController();
  let done = 0;
  const progress = (_: string, files: number): void => {
    done = files;
    if (files === 20) controller.abort();
  };
  const cancelled = host.run('import', { sources: [from], path: '/' }, { signal: controller.signal, progress });
  await assert.rejects(cancelled, (error) => isPondError(error, 'cancelled'));
  assert.equal(done, 20);
  await host.run('makeDirectory', { path: '/from/49', parents: true });
  const collides = host.run('import', { sources: [from], path: '/' });
  await assert.rejects(collides, (error) => isPondError(error, 'is-a-directory'));
  assert.deepEqual(await paths(host), ['/from', '/from/49', '/kept']);
});

test('progress counts files and bytes up to the total, also within a large file', async (t) => {
  const host = await newPondHost(t);
  const from = join(host.folder, 'from');
  mkdirSync(from);
  for (let n = 0; n < 3; n++) writeFileSync(join(from, String(n)), Buffer.alloc(n * 5_000_000));
  const reported: unknown[] = [];
  const progress = (...args: unknown[]): void => void reported.push(args);
  await host.run('import', { sources: [from], path: '/' }, { progress });
  assert.deepEqual(reported, [
    ['importing 1 of 3 files, MB', 0, 15],
    ['importing 1 of 3 files, MB', 4.2, 15],
    ['importing 2 of 3 files, MB', 5, 15],
    ['importing 2 of 3 files, MB', 9.2, 15],
    ['importing 2 of 3 files, MB', 13.4, 15],
    ['importing 3 of 3 files, MB', 15, 15],
  ]);
});

test('two files with one name are refused before anything is staged', async (t) => {
  const host = await newPondHost(t);
  const from = ['a', 'b'].map((folder) => join(host.folder, folder));
  for (const folder of from) {
    mkdirSync(join(folder, 'data'), { recursive: true });
    writeFileSync(join(folder, 'data/x.csv'), folder);
  }
  for (const below of ['data', 'data/x.csv']) {
    const sources = from.map((folder) => join(folder, below));
    await assert.rejects(host.run('import', { sources, path: '/' }), (error) => isPondError(error, 'already-exists'));
  }
  assert.deepEqual(await paths(host), []);
  const [source = ''] = from;
  const { files } = await host.run('import', { sources: [source, source], path: '/' });
  assert.equal(files, 2);
});

test('with --as, files become series or tables without an extension, by the format stated for the folder', async (t) => {
  const host = await newPondHost(t);
  const from = join(host.folder, 'from');
  mkdirSync(from);
  writeFileSync(join(from, 'level.csv'), 'time;level\n02/01/2024 00:00;1,5\n03/01/2024 00:00;NAN\n');
  writeFileSync(join(from, 'rain.2024.ndjson'), '{"time":"2024-01-01T00:00:00","rain":2}\n');
  writeFileSync(join(from, 'notes.md'), '# notes\n');
  await host.run('makeDirectory', { path: '/river' });
  const series = { sources: [from], path: '/river', as: 'series' } as const;
  const failed: unknown = await host.run('import', series).catch((error: unknown) => error);
  assert.ok(isPondError(failed, 'ambiguous-dates'), String(failed));
  assert.deepEqual(await paths(host), ['/river'], 'all or nothing');
  await host.run('setFormat', { path: '/river', options: { dates: 'day-first', nulls: 'NAN' } });
  const done = await host.run('import', series);
  assert.deepEqual([done.files, done.unchanged, done.directories], [2, 0, 1]);
  assert.deepEqual(done.skipped, [{ path: join(from, 'notes.md'), reason: 'its name does not say a format of rows' }]);
  const types = (await host.run('list', { path: '/river/from' })).map(({ path, type }) => [path, type]);
  assert.deepEqual(types, [
    ['/river/from/level', 'series'],
    ['/river/from/rain.2024', 'series'],
  ]);
  const query = await host.run('query', { sql: 'SELECT month(time), level FROM "/river/from/level" ORDER BY time' });
  const { columns } = await host.run('rows', { resultId: query.resultId, start: 0, count: 2 });
  assert.deepEqual(columns, [
    ['1', '1'],
    ['1.5', null],
  ]);
  assert.equal((await host.run('import', series)).unchanged, 2);
  writeFileSync(join(from, 'level.csv'), 'time;level\n04/01/2024 00:00;1,5\n');
  const other: unknown = await host.run('import', series).catch((error: unknown) => error);
  assert.ok(isPondError(other, 'already-exists'), String(other));
});

test('a table gets a version for other rows; Parquet stays as it is, and is checked', async (t) => {
  const host = await newPondHost(t);
  const [text, parquet] = [join(host.folder, 'sites.csv'), join(host.folder, 'kept.parquet')];
  writeFileSync(text, 'site,depth\nA1,4\n');
  const add = (source: string) => host.run('import', { sources: [source], path: '/t', as: 'table' });
  assert.equal((await add(text)).unchanged, 0);
  assert.equal((await add(text)).unchanged, 1);
  writeFileSync(text, 'site,depth\nA1,5\n');
  assert.equal((await add(text)).unchanged, 0);
  await host.run('export', { paths: ['/t/sites'], directory: host.folder });
  const exported = ['sites', 'sites.parquet'].map((name) => join(host.folder, name)).find((path) => existsSync(path))!;
  copyFileSync(exported, parquet);
  await add(parquet);
  const [kept, sites] = await Promise.all(['/t/kept', '/t/sites'].map((path) => host.run('stat', { path })));
  assert.deepEqual([kept?.type, kept?.sha256], ['table', sites?.sha256]);
  writeFileSync(parquet, 'PAR1 is not enough');
  assert.ok(isPondError(await add(parquet).catch((error: unknown) => error), 'invalid-content'));
  const plain = join(host.folder, 'x.md');
  writeFileSync(plain, 'x');
  assert.ok(isPondError(await add(plain).catch((error: unknown) => error), 'invalid-content'));
});
