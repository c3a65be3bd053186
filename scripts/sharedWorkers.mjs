/**
 * Preloaded into the process of each test file: a query process serves one engine or builder after another with the same
 * settings. The start of one takes a quarter of a second of processor time, which most tests have no use for. A test sees
 * no difference: its process has an ID, ends when it is closed, and dies when it is killed. With the variable
 * POND_TEST_OWN_WORKERS, as in the tests of the processes themselves, each starts and ends for real.
 */
import childProcess from 'node:child_process';
import { EventEmitter } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isMainThread } from 'node:worker_threads';

const { fork } = childProcess;

/** Number of processes that wait for the next client. A further one ends. */
const idleMax = 3;

/** @type {SharedProcess[]} */
const idle = [];

/**
 * A message to a query process, as far as it matters here.
 * @typedef {{ readonly kind: 'settings', readonly settings: Readonly<Record<string, unknown>> }
 *   | { readonly kind: 'request' | 'cancel', readonly id: number }} ToWorker
 */

/** A query process, which at most one client uses at a time. */
class SharedProcess {
  /** @type {ClientOfShared | undefined} */
  client;

  /**
   * @param {string} key what a client needs to be the same
   * @param {string} file
   * @param {import('node:child_process').ForkOptions} options
   */
  constructor(key, file, options) {
    this.key = key;
    // The folder of its first client goes when that is closed.
    const folder = mkdtempSync(path.join(tmpdir(), 'pond-test-worker-'));
    this.process = fork(file, [folder], options);
    this.process.on('message', (message) => this.client?.receive(/** @type {{ readonly id: number }} */ (message)));
    this.process.stderr?.setEncoding('utf8').on('data', (text) => this.client?.stderr.emit('data', text));
    this.process.on('error', (error) => this.client?.emit('error', error));
    this.process.once('close', (code, signal) => {
      if (idle.includes(this)) idle.splice(idle.indexOf(this), 1);
      // A process that is killed cannot.
      rmSync(folder, { recursive: true, force: true });
      this.client?.end(code, signal);
    });
  }

  /** Sets whether it keeps the process of the tests alive. @param {boolean} isKept */
  keepAlive(isKept) {
    const stderr = /** @type {import('node:net').Socket | null} */ (this.process.stderr);
    for (const handle of [this.process, this.process.channel, stderr]) {
      if (isKept) handle?.ref();
      else handle?.unref();
    }
  }
}

/** What a client gets in place of a process: as much of a ChildProcess as server/src/base/childHost.ts uses. */
class ClientOfShared extends EventEmitter {
  stderr = Object.assign(new EventEmitter(), { setEncoding: () => this.stderr });
  /** Requests without an answer yet. @readonly @type {Set<number>} */
  #pending = new Set();
  #isClosing = false;
  #hasEnded = false;
  /** @type {SharedProcess | undefined} */
  #shared;
  /** @readonly */
  #start;

  /** @param {(settings: Readonly<Record<string, unknown>>) => SharedProcess} start */
  constructor(start) {
    super();
    this.#start = start;
  }

  get pid() {
    return this.#shared?.process.pid;
  }

  get connected() {
    return !this.#hasEnded && !this.#isClosing;
  }

  /** @param {ToWorker} message */
  send(message) {
    // The settings come first.
    if (message.kind === 'settings') {
      this.#shared = this.#start(message.settings);
      this.#shared.client = this;
      this.#shared.keepAlive(true);
      return;
    }
    if (message.kind === 'request') this.#pending.add(message.id);
    this.#shared?.process.send(message);
  }

  /** @param {{ readonly id: number }} message the answer to a request */
  receive(message) {
    this.#pending.delete(message.id);
    this.emit('message', message);
    this.#leaveWhenDone();
  }

  /** @param {NodeJS.Signals} [signal] */
  kill(signal) {
    if (this.#hasEnded) return;
    // What is killed at once may have found what is wrong: it serves no other client.
    if (signal === 'SIGKILL') return void this.#shared?.process.kill(signal);
    this.#isClosing = true;
    for (const id of this.#pending) this.#shared?.process.send({ kind: 'cancel', id });
    this.#leaveWhenDone();
  }

  /**
   * @param {number | null} code
   * @param {NodeJS.Signals | null} signal
   */
  end(code, signal) {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    setImmediate(() => this.emit('close', code, signal));
  }

  #leaveWhenDone() {
    const shared = this.#shared;
    if (!this.#isClosing || this.#hasEnded || this.#pending.size > 0 || shared === undefined) return;
    shared.client = undefined;
    shared.keepAlive(false);
    idle.push(shared);
    if (idle.length > idleMax) idle.shift()?.process.kill();
    this.end(null, 'SIGKILL');
  }
}

/**
 * As fork, but for query processes.
 * @param {string | URL} file
 * @param {readonly string[]} args
 * @param {import('node:child_process').ForkOptions} options
 */
function shareOrFork(file, args, options) {
  const isQueryWorker = path.basename(String(file)) === 'queryWorker.mjs' && existsSync(file);
  if (!isQueryWorker || process.env['POND_TEST_OWN_WORKERS'] !== undefined) return fork(file, args, options);
  return new ClientOfShared(({ spillDirectory: _, ...settings }) => {
    const key = JSON.stringify([file, options, settings]);
    const at = idle.findIndex((each) => each.key === key);
    if (at >= 0) return /** @type {SharedProcess} */ (idle.splice(at, 1)[0]);
    const started = new SharedProcess(key, String(file), options);
    started.process.send({ kind: 'settings', settings });
    return started;
  });
}

if (isMainThread) {
  childProcess.fork = /** @type {typeof fork} */ (/** @type {unknown} */ (shareOrFork));
  syncBuiltinESMExports();
}
