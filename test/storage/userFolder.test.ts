import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { userCacheFolder, userDataFolder, userTemporaryFolder } from '../../server/src/storage/userFolder.ts';
import { temporaryFolder } from '../support/folder.ts';

const hasUsers = process.getuid !== undefined;

test('only its user can open the temporary folder of a user, whatever its permissions were before', (t) => {
  const folder = inTemporaryFolder(t);
  assert.equal(userTemporaryFolder(), folder);
  if (!hasUsers) return;
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  chmodSync(folder, 0o777);
  userTemporaryFolder();
  assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test('a link in its place is not followed: others may write its target', (t) => {
  const folder = inTemporaryFolder(t);
  userTemporaryFolder();
  rmdirSync(folder);
  mkdirSync(`${folder}-elsewhere`);
  symlinkSync(`${folder}-elsewhere`, folder, 'junction');
  assert.throws(userTemporaryFolder, (error) => isPondError(error, 'storage-denied'));
});

test('folders for caches and permissions are of their user alone too, and a link in their place is not followed', (t) => {
  if (!hasUsers) return;
  const system = temporaryFolder(t);
  for (const [variable, folderOf] of [
    ['POND_CACHE_DIR', userCacheFolder],
    ['POND_DATA_DIR', userDataFolder],
  ] as const) {
    const before = process.env[variable];
    t.after(() => {
      if (before === undefined) Reflect.deleteProperty(process.env, variable);
      else process.env[variable] = before;
    });
    const folder = join(system, 'of', variable);
    process.env[variable] = folder;
    assert.equal(folderOf(), folder);
    chmodSync(folder, 0o777);
    folderOf();
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    rmdirSync(folder);
    mkdirSync(`${folder}-elsewhere`);
    symlinkSync(`${folder}-elsewhere`, folder);
    assert.throws(folderOf, (error) => isPondError(error, 'storage-denied'));
  }
});

/** Replaces the system's temporary folder with one of the test, and returns the path of the user's folder in it. */
function inTemporaryFolder(t: Parameters<typeof temporaryFolder>[0]): string {
  const system = temporaryFolder(t);
  const names = ['TMPDIR', 'TEMP', 'TMP'];
  const before = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) process.env[name] = system;
  t.after(() => {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });
  return join(system, hasUsers ? `pond-${process.getuid?.()}` : 'pond');
}
