/** The built `pond` command, as users run it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type * as command from '../../client/cli/command.ts';
import { openTerminal } from '../../client/cli/terminal.ts';
import { createMutex } from '../../server/src/base/mutex.ts';
import './userCache.ts';

const script = fileURLToPath(new URL('../../out/pond.mjs', import.meta.url));
/** What `script` runs, without its process. */
const builtCommand = String(new URL('../../out/test/command.mjs', import.meta.url));

/** The end of a command. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options to run a command with. */
interface RunOptions {
  readonly cwd: string;
  /** Standard input; nothing by default. */
  readonly input?: string | Uint8Array;
  readonly env?: NodeJS.ProcessEnv;
}

/** A running command. */
interface Running {
  readonly process: ChildProcess;
  /** Resolves when it has ended and its output was read. */
  readonly ended: Promise<Ended>;
}

/** Starts a process of `pond ARGS`. Without an input, standard input stays open. */
export function startPond(args: readonly string[], { cwd, input, env = {} }: RunOptions): Running {
  const { POND: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [script, ...args], { cwd, env: { ...inherited, ...env } });
  if (input !== undefined) child.stdin.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
  return { process: child, ended };
}

/** Runs `pond ARGS` to its end in a process of its own, for tests of what processes do to each other. */
export function runPondProcess(args: readonly string[], options: RunOptions): Promise<Ended> {
  return startPond(args, { input: '', ...options }).ended;
}

/** The folder and the environment belong to the whole process, so one command runs at a time. */
const oneAtATime = createMutex();

/**
 * Runs `pond ARGS` to its end in this process, which spares the start of one: for tests of what a command prints and
 * does. It is the built command, with its own instance of all modules; signals do not reach it.
 */
export function runPond(args: readonly string[], { cwd, input = '', env = {} }: RunOptions): Promise<Ended> {
  return oneAtATime.run(async () => {
    const { runCommand } = (await import(builtCommand)) as typeof command;
    const [stdout, stderr] = [new Collected(), new Collected()];
    const stdin = Readable.from(input.length === 0 ? [] : [Buffer.from(input)]);
    const terminal = openTerminal({ stdin, stdout, stderr });
    const leave = enter(cwd, { POND: undefined, ...env });
    try {
      const status = await runCommand(args, { terminal, interruption: () => new AbortController().signal });
      return { status, stdout: stdout.text(), stderr: stderr.text() };
    } finally {
      leave();
    }
  });
}

/** Changes the working directory and variables of this process. Returns a function that restores them. */
function enter(cwd: string, env: NodeJS.ProcessEnv): () => void {
  const folder = process.cwd();
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
  process.chdir(cwd);
  setVariables(Object.entries(env));
  return () => {
    process.chdir(folder);
    setVariables(before);
  };
}

function setVariables(variables: readonly (readonly [string, string | undefined])[]): void {
  for (const [name, value] of variables) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** A stream of output that keeps it. */
class Collected extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
