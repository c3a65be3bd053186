/**
 * `npm run proof [FILE…]`: runs the tests that repeat themselves for longer, with seeds of their own. A failure names
 * its seed: `--seed` with that number, and `--rounds 1`, runs the same again.
 *   --rounds N   times as long as in the test suite; 20 unless told
 *   --seed N     the first seed; by the clock unless told
 */
import { parseArgs } from 'node:util';
import { ensureInstalled } from './install.mjs';
import { runMain } from './run.mjs';
import { runTests } from './testFiles.mjs';

const repeating = [
  ...['crash', 'differential', 'flipProof', 'flips', 'kill', 'pages', 'putBackModel'].map(
    (name) => `test/pond/${name}.test.ts`,
  ),
  ...['hostilePond', 'mergeRows'].map((name) => `test/commands/${name}.test.ts`),
  ...['Crash', 'Damage', 'Hostile'].map((name) => `test/replica/clone${name}.test.ts`),
  ...['damagedEnd', 'kill', 'push', 'pushStates', 'repairCopy', 's3Push', 'updateClone', 'verify'].map(
    (name) => `test/replica/${name}.test.ts`,
  ),
  ...['Faults', 'Store'].map((name) => `test/remote/s3${name}.test.ts`),
  'test/documents/textFormat.test.ts',
  'test/migrate/hostile.test.ts',
  'test/mirror/kill.test.ts',
  'test/mirror/model.test.ts',
  'test/mirror/staged.test.ts',
  'test/sandbox/arrowForms.test.ts',
  'test/sandbox/functions.test.ts',
  'test/sandbox/generated.test.ts',
  'test/sandbox/jsonLines.test.ts',
  'test/sandbox/regularRows.test.ts',
  'test/sandbox/textWriters.test.ts',
  'test/pipeline/kill.test.ts',
  'test/pipeline/restore.test.ts',
  ...['hydroVuHostile', 'hydroVuResume', 'tailModel'].map((name) => `test/resources/${name}.test.ts`),
  'test/sql/plots.test.ts',
  ...['copyTree', 'copyDamage', 'copyDerived'].map((name) => `test/resources/${name}.test.ts`),
  'test/language/cost.test.ts',
];

await runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '20' }, seed: { type: 'string' } },
  });
  await ensureInstalled(console.error);
  const seed = values.seed ?? String(Math.floor(Date.now() / 1000) % 1_000_000);
  console.log(`seed ${seed}, ${values.rounds} rounds`);
  process.env['POND_PROOF_SEED'] = seed;
  process.env['POND_PROOF_ROUNDS'] = values.rounds;
  return runTests(positionals.length > 0 ? positionals : repeating);
});
