/** Keeps derived files and grants of tests out of the folders of the user who runs them. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext } from 'node:test';
import { makeTemporaryDirectory } from './temporaryDirectory.ts';

const name = 'POND_CACHE_DIR';

// Processes that a test starts inherit them.
for (const variable of [name, 'POND_DATA_DIR']) {
  if (process.env[variable] !== undefined) continue;
  const { path, remove } = makeTemporaryDirectory('pond-test-user');
  process.env[variable] = path;
  process.once('exit', remove);
}

/** Gives a test an empty cache of its own. Returns the host folder of the derived files in it. */
export function newUserCache(t: TestContext): string {
  const before = process.env[name];
  const { path } = makeTemporaryDirectory('pond-test-cache');
  process.env[name] = path;
  t.after(() => {
    process.env[name] = before;
    rmSync(path, { recursive: true, force: true });
  });
  return join(path, 'derived');
}
