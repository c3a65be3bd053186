import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTemporaryDirectory, type TemporaryDirectory } from '../../server/src/storage/temporaryDirectory.ts';

/** Makes a new directory in the system's temporary folder. Its name starts with `prefix`. */
export function makeTemporaryDirectory(prefix: string): TemporaryDirectory {
  const path = mkdtempSync(join(tmpdir(), `${prefix}-`));
  return { path, remove: () => removeTemporaryDirectory(path) };
}
