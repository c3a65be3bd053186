import { spawn } from 'node:child_process';
import { throwIfCancelled } from './cancelled.ts';
import { PondError } from './error.ts';

/** A program of the host that writes its result to its standard output. */
interface ProgramCall {
  /** Name of the program, looked up in the folders of PATH in `env`. */
  readonly name: string;
  /** Arguments as the program gets them: no shell reads them. */
  readonly args: readonly string[];
  /** All environment variables of the process. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** A program that runs while its output is read. */
interface RunningProgram {
  /**
   * The bytes of its standard output. The program ends when the iteration does. Fails `run-failed` for a program that is
   * missing, or that ends with an error, with the text of its standard error; `cancelled`.
   */
  readonly output: AsyncIterable<Uint8Array>;
  /** The end of its standard error, so far, as one line; empty without any. */
  messages(): string;
}

/** Last characters of the standard error that are kept. */
const messagesMax = 1000;

/** Starts a program with its arguments. */
export function startProgram({ name, args, env, signal }: ProgramCall): RunningProgram {
  let errorText = '';
  const messages = (): string => errorText.replace(/\s+/g, ' ').trim();
  async function* output(): AsyncGenerator<Uint8Array> {
    throwIfCancelled(signal, 'the run');
    const child = spawn(name, [...args], { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errorText = (errorText + text).slice(-messagesMax)));
    const kill = (): void => void child.kill('SIGKILL');
    const ended = new Promise<string | undefined>((resolve) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code === 'ENOENT' ? 'is not on this computer' : `cannot be started: ${error.message}`);
      });
      // 'close' comes after all output was read.
      child.once('close', (code, killedBy) => {
        if (code === 0) resolve(undefined);
        else resolve(`ended with ${killedBy ?? `status ${code}`}${messages() === '' ? '' : `: ${messages()}`}`);
      });
    });
    signal.addEventListener('abort', kill, { once: true });
    try {
      // A process that cannot be started has no output, and closes it at once.
      for await (const chunk of child.stdout.iterator({ destroyOnReturn: true })) yield chunk as Uint8Array;
      const failure = await ended;
      throwIfCancelled(signal, 'the run');
      if (failure !== undefined) throw new PondError('run-failed', `${name} ${failure}`);
    } finally {
      signal.removeEventListener('abort', kill);
      kill();
      await ended;
    }
  }
  return { output: output(), messages };
}
