/**
 * `npm start [-- --port N] [-- --browser]`: installs, builds, packs the extension, makes the demo pond and opens it: in
 * the desktop VS Code where `code` is on the PATH, else in one that is served to the browser until Ctrl+C. The pond is
 * kept.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureCodeServer, installExtension } from './codeServer.mjs';
import { ensureDemo } from './demo.mjs';
import { ensureInstalled } from './install.mjs';
import { ScriptError, findOnPath, mustRun, root, runMain } from './run.mjs';
import { editorFolders, serveEditor } from './serveEditor.mjs';
import { vsix } from './vsix.mjs';

/** What a newcomer meets first. */
const advice = `The address has a token in it that is new at each start: anyone who has it can use this editor and this machine.

VS Code opens the demo in Restricted Mode, where no query and no resource runs. This checkout made the demo, so you can
trust it: choose Manage in the bar at the top, then Trust. VS Code remembers it.

Ctrl+C ends the editor.`;

/** @param {string} line */
const report = (line) => console.log(`- ${line}`);

await runMain(async () => {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '8137' }, browser: { type: 'boolean', default: false } },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new ScriptError(`--port ${values.port}: expected a port number`);
  const desktop = values.browser ? undefined : findOnPath('code');
  // Known before the minute of work rather than after it.
  if (desktop === undefined && !(await isFree(port))) throw portTaken(port);

  await ensureInstalled(report);
  report('building');
  await mustRun('npm', ['run', '--silent', 'build'], { failure: 'the build failed: run npm run build to see why' });
  const workspace = await ensureDemo(report);
  const extension = await vsix(report);
  if (desktop !== undefined) await openDesktop(desktop, extension, workspace);
  else await serve(port, extension, workspace);
});

/**
 * @param {string} code
 * @param {string} extension
 * @param {string} workspace
 */
async function openDesktop(code, extension, workspace) {
  report('opening VS Code');
  const failure = 'the desktop VS Code refused (npm start -- --browser serves one instead)';
  await mustRun(code, ['--install-extension', extension, '--force'], { failure });
  await mustRun(code, [workspace], { failure });
}

/**
 * @param {number} port
 * @param {string} extension
 * @param {string} workspace
 */
async function serve(port, extension, workspace) {
  const codeServer = await ensureCodeServer(report);
  const home = path.join(root, '.cache/editor');
  await mkdir(home, { recursive: true });
  await installOnce(path.join(home, 'installed'), extension, () =>
    installExtension(codeServer, { vsix: extension, ...editorFolders(home) }),
  );
  const server = await serveEditor(codeServer, { port, home, workspace }).catch((error) => {
    throw error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' ? portTaken(port) : error;
  });
  console.log(`\nThe demo pond is open at\n\n  ${server.address}\n\n${advice}`);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void server.stop());
  await server.closed;
}

/**
 * Runs `install` unless `record` says that the same extension was the last to be installed.
 * @param {string} record
 * @param {string} extension
 * @param {() => Promise<void>} install
 */
async function installOnce(record, extension, install) {
  const last = await readFile(record, 'utf8').catch(() => '');
  if (last === extension) return;
  report('installing the extension');
  await install();
  await writeFile(record, extension);
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** @param {number} port */
function portTaken(port) {
  return new ScriptError(
    `port ${port} is taken: close the program that uses it, or choose another: npm start -- --port ${port + 1}`,
  );
}
