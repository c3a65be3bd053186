/** The number of files of directories whose removal is staged. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { newPondHost, textFile } from '../support/commandHost.ts';

test('a status says how many files a removed directory has, and of a large one how many at least', async (t) => {
  const host = await newPondHost(t);
  const staged = async () =>
    (await host.run('status', {})).staged.map(({ kind, path, filesBefore }) => ({ kind, path, filesBefore }));
  for (const path of ['/small', '/small/deep', '/empty']) await host.run('makeDirectory', { path });
  for (const path of ['/small/a', '/small/deep/b', '/file']) await host.run('write', textFile(path, 'one'));
  const wide = join(host.folder, 'wide');
  mkdirSync(wide);
  for (let index = 0; index < 1100; index++) writeFileSync(join(wide, String(index)), '');
  await host.run('import', { path: '/', sources: [wide] });
  await host.run('commit', { message: 'first' });
  await host.run('write', textFile('/small/not-committed', 'one'));
  await host.run('remove', { paths: ['/empty', '/file', '/small'], recursive: true });
  const small = [
    { kind: 'removed', path: '/empty', filesBefore: { count: 0, isAll: true } },
    { kind: 'removed', path: '/file', filesBefore: undefined },
    { kind: 'removed', path: '/small', filesBefore: { count: 2, isAll: true } },
  ];
  assert.deepEqual(await staged(), small);
  await host.run('remove', { paths: ['/wide'], recursive: true });
  const { filesBefore } = (await staged()).find(({ path }) => path === '/wide') ?? {};
  assert.ok(filesBefore !== undefined && !filesBefore.isAll && filesBefore.count > 900 && filesBefore.count < 1100);
});
