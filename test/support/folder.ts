import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext } from 'node:test';
import './userCache.ts';

/** Creates a host folder for one test, removed when it ends. */
export function temporaryFolder(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pond-test-')));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
