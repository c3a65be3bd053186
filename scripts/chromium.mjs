/** The browser that shows VS Code to the editor tests. */
import { existsSync } from 'node:fs';
import { ScriptError, findOnPath, mustRun, run } from './run.mjs';

const applications = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * The Chromium (or Chrome) of this machine as an absolute file, or undefined. CHROMIUM in the environment wins, then the
 * program without windows: it takes a fifth less processor time to show VS Code.
 */
export function findChromium() {
  const chosen = process.env['CHROMIUM'];
  if (chosen !== undefined && chosen !== '') return chosen;
  return (
    findOnPath('chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable') ??
    applications.find((file) => existsSync(file))
  );
}

/**
 * As `findChromium`, but installs Debian's where that is possible. Throws a ScriptError that says what to do where it
 * is not.
 * @param {(line: string) => void} report
 * @returns {Promise<string>}
 */
export async function ensureChromium(report) {
  const found = findChromium();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || findOnPath('apt-get') === undefined) {
    throw new ScriptError(
      'the editor tests need Chromium: install it (Debian: sudo apt-get install chromium) or set CHROMIUM',
    );
  }
  report('installing Chromium (apt-get)');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  const install = ['install', '-y', '-qq', '--no-install-recommends'];
  // Releases before Debian 12 have only the one with windows.
  const { status } = await run('apt-get', [...install, 'chromium-headless-shell'], { env });
  if (status !== 0) {
    await mustRun('apt-get', [...install, 'chromium'], { env, failure: 'Chromium could not be installed' });
  }
  return findChromium() ?? '/usr/bin/chromium';
}
