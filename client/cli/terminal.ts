import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type Readable, type Writable } from 'node:stream';
import { errorText } from './errorText.ts';
import { exitStatus } from './exitStatus.ts';
import { printable } from '../../server/src/base/printable.ts';
import { type Terminal } from './verb.ts';

/** A stream of output. */
interface Output extends Writable {
  /** True for the stream of a terminal. */
  readonly isTTY?: boolean;
  /** Width of the terminal. */
  readonly columns?: number;
}

/** The streams of a process, and the delay before elapsed time is shown. */
interface TerminalParts {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  /** Milliseconds without output after which the elapsed time is shown. */
  readonly silentMs?: number;
}

/** Minimum interval between drawings of the progress, milliseconds. */
const drawMs = 100;
/** Columns of a terminal of unknown width. */
const columnsUsual = 80;

/**
 * Returns a terminal, by default that of this process. A closed reader of the output ends the process silently; any other
 * write error, with a status. Errors of standard error are ignored: they cannot be reported.
 */
export function openTerminal({ stdin, stdout, stderr, silentMs = 1000 }: TerminalParts = process): Terminal {
  let isReading = false;
  let drawn = 0;
  let isDrawn = false;
  /** Progress needs a line of its own: it would overwrite a partial one. */
  let isAtLineStart = true;
  let latest: readonly [message: string, amount: string] | undefined;
  stdout.on('error', (error) => endFor(error, stderr));
  stderr.on('error', () => {});

  function quiet(): void {
    if (isDrawn) stderr.write('\r\x1b[K');
    isDrawn = false;
  }

  function draw(message: string, amount: string): void {
    if (!isAtLineStart && stdout.isTTY === true) return;
    drawn = performance.now();
    isDrawn = true;
    // Text past the last column would remain on the previous line.
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
      latest = [message, `${done}${total === undefined ? '' : ` of ${total}`}`];
      if (stderr.isTTY === true && performance.now() - drawn >= drawMs) draw(...latest);
    },
    working(name) {
      if (stderr.isTTY !== true) return () => {};
      const started = performance.now();
      latest = undefined;
      const timer = setInterval(() => {
        const now = performance.now();
        // A user typing the input knows what the command waits for.
        if (isReading || now - drawn < silentMs) return;
        const time = `${Math.round((now - started) / 1000)} s`;
        if (latest === undefined) draw(`${name}:`, time);
        else draw(latest[0], `${latest[1]}, ${time}`);
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
    isScreen: stdout.isTTY === true,
    isInteractive: stdin.isTTY === true && stderr.isTTY === true,
    async confirm(question) {
      quiet();
      stderr.write(`${question} [y/N] `);
      isReading = true;
      return /^\s*y(es)?\s*$/i.test(await lineOf(stdin));
    },
    editor({ history, complete }) {
      isReading = true;
      return createInterface({
        input: stdin,
        output: stdout,
        terminal: true,
        // Node wants the latest line first.
        history: [...history].reverse(),
        removeHistoryDuplicates: true,
        completer: (line: string, done: (error: null, completed: [string[], string]) => void) => {
          complete(line).then(
            ([matches, word]) => done(null, [[...matches], word]),
            () => done(null, [[], line]),
          );
        },
      });
    },
    closeInput() {
      if (isReading) stdin.destroy();
    },
  };
}

function endFor(error: NodeJS.ErrnoException, stderr: Output): never {
  if (error.code === 'EPIPE') process.exit(0);
  const message = `cannot write to standard output: ${error.message}`;
  stderr.write(`${errorText({ code: 'storage-failed', message })}\n`);
  process.exit(exitStatus.storage);
}

/** The next line of an input; '' when it was closed, as Ctrl+C does. */
async function lineOf(input: Readable): Promise<string> {
  let text = '';
  try {
    for await (const chunk of input) {
      text += String(chunk);
      if (text.includes('\n')) break;
    }
  } catch {
    return '';
  }
  return text.split('\n', 1)[0] ?? '';
}
