import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A module to run as a process of its own. */
interface ChildModule {
  /** Absolute host path: JavaScript, or TypeScript when run from source. */
  readonly path: string;
  readonly args?: readonly string[];
  /** Environment variables of the process, in addition to those that a process needs to start. */
  readonly environmentNames?: readonly string[];
  /** Maximum size of its JavaScript heap, MiB; Node's default when omitted. */
  readonly heapMbMax?: number;
  /** Number of last characters of its standard error output that are kept; none when omitted. */
  readonly lastWordsMax?: number;
}

/** The end of a process. */
export interface ChildEnd {
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
  /** The last characters of its standard error output. */
  readonly lastWords: string;
  /** The reason that it could not be started; otherwise undefined. */
  readonly failure: Error | undefined;
}

/** Environment variables that a process needs to start, without secrets of the user. */
const neededNames = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'ELECTRON_RUN_AS_NODE'];

/**
 * A child process of this one, from its start to its end, and the messages between both.
 *
 * Invariants: `ended` resolves once, when the process is gone and its output has been read; messages after that are
 * dropped.
 */
export class ChildHost {
  readonly ended: Promise<ChildEnd>;
  readonly #process: ChildProcess;
  #lastWords = '';

  /** Starts the process. Messages from it go to `receive`. */
  constructor(module: ChildModule, receive: (message: unknown) => void) {
    const { path, args = [], environmentNames = [], heapMbMax, lastWordsMax } = module;
    this.#process = fork(path, [...args], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', lastWordsMax === undefined ? 'ignore' : 'pipe', 'ipc'],
      execArgv: [
        ...(heapMbMax === undefined ? [] : [`--max-old-space-size=${heapMbMax}`]),
        ...(path.endsWith('.ts') ? ['--import', 'tsx'] : []),
      ],
      env: Object.fromEntries([...neededNames, ...environmentNames].flatMap(variable)),
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-(lastWordsMax ?? 0));
    });
    this.#process.on('message', receive);
    this.ended = this.#watchEnd();
  }

  /** Process ID; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Sends a message, if the process can still receive one. A process that has ended answers nothing. */
  send(message: Serializable): void {
    if (this.#process.connected) this.#process.send(message, () => undefined);
  }

  /** Sets whether the process keeps this one alive; at first it does. */
  keepAlive(isKept: boolean): void {
    for (const handle of [this.#process, this.#process.channel]) {
      if (isKept) handle?.ref();
      else handle?.unref();
    }
  }

  /** Ends the process at once. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }

  /** Requests the end of the process, kills it `stopTimeMs` later, and waits for its exit. */
  async close(stopTimeMs: number): Promise<void> {
    // Not by disconnecting: Node emits no 'close' for a child after its parent disconnects.
    this.#process.kill();
    const timer = setTimeout(() => this.kill(), stopTimeMs);
    await this.ended;
    clearTimeout(timer);
  }

  #watchEnd(): Promise<ChildEnd> {
    return new Promise((resolve) => {
      const end = (code: number | null, killedBy: NodeJS.Signals | null, failure?: Error): void =>
        resolve({ code, killedBy, lastWords: this.#lastWords, failure });
      this.#process.on('error', (error) => {
        if (this.#process.pid === undefined) end(null, null, error);
      });
      // 'close' comes after 'exit', when all output has been read.
      this.#process.once('close', (code, killedBy) => end(code, killedBy));
    });
  }
}

/**
 * Host path of a module next to the calling one, given by its `import.meta.url`: `source` when run from source, `built`
 * in the bundle.
 */
export function modulePath(callerUrl: string, source: string, built: string): string {
  return fileURLToPath(new URL(callerUrl.endsWith('.ts') ? source : built, callerUrl));
}

function variable(name: string): readonly (readonly [string, string])[] {
  const value = process.env[name];
  return value === undefined ? [] : [[name, value]];
}
