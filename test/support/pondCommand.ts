/** The built `pond` command, as users run it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import './userCache.ts';

const script = fileURLToPath(new URL('../../out/pond.mjs', import.meta.url));

/** The end of a command. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options to run a command with. */
export interface RunOptions {
  readonly cwd: string;
  readonly input?: string | Uint8Array;
  readonly env?: NodeJS.ProcessEnv;
}

/** A running command. */
export interface Running {
  readonly process: ChildProcess;
  /** Resolves when it has ended and its output was read. */
  readonly ended: Promise<Ended>;
}

/** Starts `pond ARGS`. */
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

/** Runs `pond ARGS` to its end. */
export function runPond(args: readonly string[], options: RunOptions): Promise<Ended> {
  return startPond(args, { input: '', ...options }).ended;
}
