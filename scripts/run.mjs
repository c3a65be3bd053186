/** Running programs from our scripts, and failing with one line that says what to do. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout that the scripts stand in. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** A failure that a person can act on: its message is one line, printed without a stack. */
export class ScriptError extends Error {}

/**
 * The environment without what an enclosing `npm run` adds about its own package, which would send a nested npm to the
 * wrong folder.
 * @returns {NodeJS.ProcessEnv}
 */
export function cleanEnvironment() {
  const own = /^npm_(package|lifecycle|config_local_prefix|config_prefix)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

/**
 * Runs a program to its end and returns its exit status and output. With `show` the output goes to this terminal
 * instead and the returned text is empty.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, show?: boolean, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ status: number, output: string }>}
 */
export function run(command, args, { cwd = root, show = false, env = cleanEnvironment() } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ status: code ?? (signal === 'SIGINT' ? 130 : 1), output }));
  });
}

/**
 * As `run`, but throws a ScriptError of `failure` and the reason that the output gives unless the status is 0.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, show?: boolean, env?: NodeJS.ProcessEnv, failure: string }} options
 * @returns {Promise<string>}
 */
export async function mustRun(command, args, { failure, ...options }) {
  const { status, output } = await run(command, args, options);
  if (status === 0) return output;
  throw new ScriptError([failure, ...reasonIn(output)].join(': '));
}

/**
 * What went wrong, in one line or none: npm says it first and then gives advice, other programs say it last.
 * @param {string} output
 * @returns {string[]}
 */
function reasonIn(output) {
  if (/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH)\b|Could not resolve/.test(output)) {
    return ['no network: check the connection and start again'];
  }
  if (/\bENOSPC\b/.test(output)) return ['the disk is full: make room and start again'];
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^npm warn/.test(line));
  const npm = lines.find((line) => /^npm error (?!code\b)./.test(line));
  return [npm ?? lines.at(-1)].filter((line) => line !== undefined);
}

/**
 * The first of `names` that stands on the PATH, as an absolute file, or undefined.
 * @param {...string} names
 */
export function findOnPath(...names) {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => existsSync(file));
}

/**
 * Runs a script's main function: a ScriptError is printed as one line, anything else with its stack; both exit with 1.
 * @param {() => Promise<number | void>} main
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    process.stderr.write(
      `${error instanceof ScriptError ? error.message : String(/** @type {Error} */ (error).stack)}\n`,
    );
    process.exitCode = 1;
  }
}
