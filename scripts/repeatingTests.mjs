import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

/** What a test does that repeats itself for longer in `npm run proof`, or uses more servers then. */
const repeats = /\bPOND_PROOF_|\/support\/(?:proof|s3Servers)\.ts'/;

/** Test files that repeat themselves, by what is in them: so none is forgotten. Paths from the root, in order. */
export function repeatingTests() {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' });
  return files
    .map((name) => `test/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.test.ts') && repeats.test(readFileSync(join(root, path), 'utf8')))
    .sort();
}
