import { once } from 'node:events';
import { exitStatus } from './exitStatus.ts';

/** Where a verb reads from and writes to. */
export interface Terminal {
  /** Writes to standard output; settles once there is room for more. */
  print(chunk: string | Uint8Array): Promise<void>;
  /** Shows how far a long command is, on a terminal; elsewhere nothing. */
  progress(message: string, done: number, total?: number): void;
  /** Clears the progress and writes a line to standard error. */
  warn(line: string): void;
  /** Clears the progress. */
  quiet(): void;
  /** Standard input. */
  input(): AsyncIterable<Uint8Array>;
  /** Stops reading standard input, if it was: it would keep the process alive. */
  closeInput(): void;
}

/** Progress is drawn at most this often, milliseconds. */
const drawMs = 100;

/**
 * The terminal of this process. A reader of the output that goes away ends the process without a word; output that cannot
 * be written otherwise, with a status. Where standard error cannot be written there is nobody to tell.
 */
export function openTerminal(): Terminal {
  const { stdout, stderr } = process;
  let isReading = false;
  let drawn = 0;
  let isDrawn = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    stderr.write(`pond: cannot write to standard output: ${error.message}\n`);
    process.exit(exitStatus.storage);
  });
  stderr.on('error', () => {});

  function quiet(): void {
    if (isDrawn) stderr.write('\r\x1b[K');
    isDrawn = false;
  }

  return {
    async print(chunk) {
      if (!stdout.write(chunk)) await once(stdout, 'drain');
    },
    progress(message, done, total) {
      const now = performance.now();
      if (!stderr.isTTY || now - drawn < drawMs) return;
      drawn = now;
      isDrawn = true;
      stderr.write(`\r\x1b[K${message} ${done}${total === undefined ? '' : ` of ${total}`}`);
    },
    warn(line) {
      quiet();
      stderr.write(`${line}\n`);
    },
    quiet,
    input() {
      isReading = true;
      return process.stdin;
    },
    closeInput() {
      if (isReading) process.stdin.destroy();
    },
  };
}
