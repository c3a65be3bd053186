import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Host path of `test/NAME.ts` as it runs: its bundle in a run of many files (see scripts/bundleTests.mjs, which lists
 * these files), else the source.
 */
export function sourceFile(name: string): string {
  const folder = process.env['POND_TEST_BUNDLES'];
  if (folder !== undefined) return join(folder, 'test', `${name}.mjs`);
  return fileURLToPath(new URL(`../${name}.ts`, import.meta.url));
}

/** Arguments of node that run `test/NAME.ts` as a process. */
export function sourceProcess(name: string): readonly string[] {
  const file = sourceFile(name);
  return file.endsWith('.ts') ? ['--import', 'tsx', file] : [file];
}
