import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
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
    const folder = join(system, 'of', variable);
    setVariable(t, variable, folder);
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

test('a folder of the user below one that takes no new names is an error, and no endless attempt', (t) => {
  // Below /proc, as below the root of an automounter, a new name is reported as missing.
  if (process.platform !== 'linux') return;
  setVariable(t, 'POND_CACHE_DIR', '/proc/pond/deep/cache');
  assert.throws(userCacheFolder, (error) => isPondError(error, 'storage-failed'));
});

function setVariable(t: TestContext, name: string, value: string): void {
  const before = process.env[name];
  t.after(() => {
    if (before === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = before;
  });
  process.env[name] = value;
}

/** Replaces the system's temporary folder with one of the test, and returns the path of the user's folder in it. */
function inTemporaryFolder(t: TestContext): string {
  const system = temporaryFolder(t);
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) setVariable(t, name, system);
  return join(system, hasUsers ? `pond-${process.getuid?.()}` : 'pond');
}
