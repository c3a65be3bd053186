/**
 * `npm run test:desktop [-- --code PATH]`: the editor suite in the desktop VS Code: the one at PATH, else the oldest
 * that the extension supports, downloaded.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ScriptError, mustRun, root, runMain } from './run.mjs';
import { ensureInstalled } from './install.mjs';

await runMain(async () => {
  const { values } = parseArgs({ options: { code: { type: 'string' } } });
  await ensureInstalled(console.error);
  await mustRun('npm', ['run', '--silent', 'build'], { show: true, failure: 'building failed' });
  const { downloadAndUnzipVSCode, runTests } = await import('@vscode/test-electron');
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const version = String(manifest.engines.vscode).replace(/^\^/, '');
  const vscodeExecutablePath =
    values.code ??
    (await downloadAndUnzipVSCode({ version, cachePath: path.join(root, '.cache/vscode') }).catch((error) => {
      throw new ScriptError(
        `VS Code ${version} could not be downloaded (${error.message}): give the path of one with npm run test:desktop -- --code PATH`,
      );
    }));
  const folder = await mkdtemp(path.join(tmpdir(), 'pond-desktop-'));
  // A workspace file, not a folder: the suite adds folders, which would restart the extension host of a folder's
  // window.
  const workspace = path.join(folder, 'test.code-workspace');
  await mkdir(path.join(folder, 'files'));
  await writeFile(workspace, JSON.stringify({ folders: [{ path: 'files' }] }));
  try {
    return await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(root, 'out/test/editor/index.cjs'),
      launchArgs: [workspace, '--disable-extensions', '--disable-workspace-trust', '--skip-welcome'],
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
