/**
 * `npm run proof [FILE…]`: runs the tests that repeat themselves for longer, with seeds of their own. A failure names
 * its seed: `--seed` with that number, and `--rounds 1`, runs the same again.
 *   --rounds N   times as long as in the test suite; 20 by default
 *   --seed N     the first seed; taken from the clock by default
 */
import { parseArgs } from 'node:util';
import { ensureInstalled } from './install.mjs';
import { runMain } from './run.mjs';
import { repeatingTests } from './repeatingTests.mjs';
import { runTests } from './testFiles.mjs';

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
  return runTests(positionals.length > 0 ? positionals : repeatingTests());
});
