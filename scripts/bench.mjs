/**
 * `npm run bench [NAME…] [-- OPTION…]`: builds, then runs the benchmarks one after the other, all or those named by file or
 * as `reduce`, each with the options, such as `--actions 4000`; each prints its ratios.
 */
import { filesEndingWith } from './testFiles.mjs';
import { ensureInstalled } from './install.mjs';
import { mustRun, run, runMain } from './run.mjs';

await runMain(async () => {
  await ensureInstalled(console.error);
  await mustRun('npm', ['run', '--silent', 'build'], { show: true, failure: 'building failed' });
  const args = process.argv.slice(2);
  const options = args.slice([...args, '-'].findIndex((arg) => arg.startsWith('-')));
  const named = args
    .slice(0, args.length - options.length)
    .map((name) => (name.endsWith('.ts') ? name : `test/bench/${name}.bench.ts`));
  const files = named.length > 0 ? named : await filesEndingWith('test/bench', '.bench.ts');
  let failed = 0;
  for (const file of files) {
    console.log(`\n${file}`);
    const { status } = await run(process.execPath, ['--import', 'tsx', file, ...options], { show: true });
    if (status !== 0) failed += 1;
  }
  return failed === 0 ? 0 : 1;
});
