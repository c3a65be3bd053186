import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const built = (name: string): string => fileURLToPath(new URL(`../../../out/${name}`, import.meta.url));

/** The built command, server and query process. */
export const pondScript = built('pond.mjs');
export const serverScript = built('server.mjs');
export const workerScript = built('queryWorker.mjs');

interface ProcessOptions {
  readonly cwd: string;
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program to its end and returns its output. Throws when it fails. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, input, env = {} }: ProcessOptions,
): Promise<string> {
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input);
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${errors}`);
  return output;
}

/** Runs `node ARGS`. */
export const runNode = (args: readonly string[], options: ProcessOptions): Promise<string> =>
  runProgram(process.execPath, args, options);

/** Runs the built `pond ARGS` on the pond in a host directory. */
export const runPond = (pond: string, args: readonly string[], options: ProcessOptions): Promise<string> =>
  runNode([pondScript, '--pond', pond, ...args], options);
