import { once } from 'node:events';
import { errorText } from './errorText.ts';
import { exitStatus } from './exitStatus.ts';
import { printable } from './format.ts';

/** Where a verb reads from and writes to. */
export interface Terminal {
  /** Writes to standard output; settles once there is room for more. */
  print(chunk: string | Uint8Array): Promise<void>;
  /** Shows how far a long command is, on a terminal; elsewhere nothing. */
  progress(message: string, done: number, total?: number): void;
  /** Shows, on a terminal, how long work takes that tells nothing of itself for a while. Returns what ends that. */
  working(name: string): () => void;
  /** Clears the progress and writes a line to standard error. */
  warn(line: string): void;
  /** Clears the progress. */
  quiet(): void;
  /** Standard input. */
  input(): AsyncIterable<Uint8Array>;
  /** Stops reading standard input, if it was: it would keep the process alive. */
  closeInput(): void;
}

/** The streams of a process, and how often what it works on is shown. */
export interface TerminalParts {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Milliseconds without a word after which the time is shown. */
  readonly silentMs?: number;
}

/** Progress is drawn at most this often, milliseconds. */
const drawMs = 100;
/** Columns of a terminal that does not tell how wide it is. */
const columnsUsual = 80;

/**
 * The terminal of this process. A reader of the output that goes away ends the process without a word; output that
 * cannot be written otherwise, with a status. Where standard error cannot be written there is nobody to tell.
 */
export function openTerminal({ stdin, stdout, stderr, silentMs = 1000 }: TerminalParts = process): Terminal {
  let isReading = false;
  let drawn = 0;
  let isDrawn = false;
  /** Progress takes a line of its own: it would overwrite one that has begun. */
  let isAtLineStart = true;
  let told: readonly [message: string, amount: string] | undefined;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    const message = `cannot write to standard output: ${error.message}`;
    stderr.write(`${errorText({ code: 'storage-failed', message })}\n`);
    process.exit(exitStatus.storage);
  });
  stderr.on('error', () => {});

  function quiet(): void {
    if (isDrawn) stderr.write('\r\x1b[K');
    isDrawn = false;
  }

  function draw(message: string, amount: string): void {
    if (!isAtLineStart && stdout.isTTY) return;
    drawn = performance.now();
    isDrawn = true;
    // What goes over the last column would stay on the line above.
    const room = Math.max(0, (stderr.columns || columnsUsual) - amount.length - 2);
    stderr.write(`\r\x1b[K${printable(message).slice(0, room)} ${amount}`);
  }

  return {
    async print(chunk) {
      quiet();
      if (chunk.length > 0) isAtLineStart = chunk.at(-1) === '\n' || chunk.at(-1) === 0x0a;
      if (!stdout.write(chunk)) await once(stdout, 'drain');
    },
    progress(message, done, total) {
      told = [message, `${done}${total === undefined ? '' : ` of ${total}`}`];
      if (stderr.isTTY && performance.now() - drawn >= drawMs) draw(...told);
    },
    working(name) {
      if (!stderr.isTTY) return () => {};
      const started = performance.now();
      told = undefined;
      const timer = setInterval(() => {
        const now = performance.now();
        // A person who types the input knows what is waited for.
        if (isReading || now - drawn < silentMs) return;
        const time = `${Math.round((now - started) / 1000)} s`;
        if (told === undefined) draw(`${name}:`, time);
        else draw(told[0], `${told[1]}, ${time}`);
      }, silentMs);
      return () => clearInterval(timer);
    },
    warn(line) {
      quiet();
      stderr.write(`${line}\n`);
    },
    quiet,
    input() {
      isReading = true;
      return stdin;
    },
    closeInput() {
      if (isReading) stdin.destroy();
    },
  };
}
