/** `npm run bench [FILE…]`: builds, then runs the benchmarks one after the other; each prints its ratios. */
import { filesEndingWith } from './testFiles.mjs';
import { ensureInstalled } from './install.mjs';
import { mustRun, run, runMain } from './run.mjs';

await runMain(async () => {
  await ensureInstalled(console.error);
  await mustRun('npm', ['run', '--silent', 'build'], { show: true, failure: 'building failed' });
  const named = process.argv.slice(2);
  const files = named.length > 0 ? named : await filesEndingWith('test/bench', '.bench.ts');
  let failed = 0;
  for (const file of files) {
    console.log(`\n${file}`);
    const { status } = await run(process.execPath, ['--import', 'tsx', file], { show: true });
    if (status !== 0) failed += 1;
  }
  return failed === 0 ? 0 : 1;
});
