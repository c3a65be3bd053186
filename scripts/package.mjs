/** `npm run package`: builds, then packs the extension for this platform and prints where it is. */
import path from 'node:path';
import { ensureInstalled } from './install.mjs';
import { mustRun, root, runMain } from './run.mjs';
import { vsix } from './vsix.mjs';

await runMain(async () => {
  await ensureInstalled(console.error);
  await mustRun('npm', ['run', '--silent', 'build'], { show: true, failure: 'building failed' });
  console.log(path.relative(root, await vsix(console.error)));
});
