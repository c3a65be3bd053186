import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { makeProcessFolder } from '../../server/src/storage/processFolder.ts';
import { removeTemporaryDirectory } from '../../server/src/storage/temporaryDirectory.ts';

test('only the user can open the folder of a process', () => {
  const folder = makeProcessFolder();
  if (process.platform !== 'win32') assert.equal(statSync(folder.path).mode & 0o777, 0o700);
  folder.remove();
  assert.ok(!existsSync(folder.path));
});

test('the folder of a process that ended goes with the next start, and no other', () => {
  const folder = makeProcessFolder();
  const { pid } = spawnSync(process.execPath, ['--version']);
  const [space, , , ...random] = basename(folder.path).split('-');
  const of = (...parts: readonly (string | number)[]): string => {
    const path = join(dirname(folder.path), [space, ...parts, ...random].join('-'));
    mkdirSync(path);
    writeFileSync(join(path, 'file'), '');
    return path;
  };
  const dead = of(pid, '1');
  const unknownStart = of(process.pid, '');
  const foreign = join(dirname(folder.path), `9${basename(folder.path)}`);
  mkdirSync(foreign);
  const second = makeProcessFolder();
  assert.ok(!existsSync(dead));
  for (const { path } of [folder, second, { path: unknownStart }, { path: foreign }]) assert.ok(existsSync(path), path);
  const reused = of(process.pid, '1');
  const third = makeProcessFolder();
  // Where the system reports when a process started, a reused ID is no reason to keep a folder.
  assert.equal(existsSync(reused), process.platform !== 'linux');
  for (const { remove } of [folder, second, third]) remove();
  for (const path of [unknownStart, foreign]) removeTemporaryDirectory(path);
});

test('a temporary folder of the system in which nothing can be made is an error with its path', (t) => {
  if (process.platform !== 'linux') return;
  const before = process.env['TMPDIR'];
  t.after(() => {
    if (before === undefined) Reflect.deleteProperty(process.env, 'TMPDIR');
    else process.env['TMPDIR'] = before;
  });
  process.env['TMPDIR'] = '/proc';
  assert.throws(makeProcessFolder, (error) => isPondError(error, 'storage-failed') && /'\/proc\//.test(error.message));
});
