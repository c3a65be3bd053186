import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Arguments of node that run `test/NAME.ts` as a process: its bundle in a run of many files (see
 * scripts/bundleTests.mjs, which lists these files), else the source.
 */
export function sourceProcess(name: string): readonly string[] {
  const folder = process.env['POND_TEST_BUNDLES'];
  if (folder !== undefined) return [join(folder, 'test', `${name}.mjs`)];
  return ['--import', 'tsx', fileURLToPath(new URL(`../${name}.ts`, import.meta.url))];
}
