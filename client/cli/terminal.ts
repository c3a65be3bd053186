import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { type Readable, type Writable } from 'node:stream';
import { errorText } from './errorText.ts';
import { exitStatus } from './exitStatus.ts';
import { printable } from '../../server/src/base/printable.ts';
import { type EditorOptions, type Terminal } from './verb.ts';

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
export function openTerminal(parts: TerminalParts = process): Terminal {
  return new StreamTerminal(parts);
}

class StreamTerminal implements Terminal {
  readonly isScreen: boolean;
  readonly isInteractive: boolean;
  readonly #parts: Required<TerminalParts>;
  #isReading = false;
  /** When progress was drawn last, milliseconds of the process's clock. */
  #drawnMs = 0;
  #isDrawn = false;
  /** Progress needs a line of its own: it would overwrite a partial one. */
  #isAtLineStart = true;
  #latest: readonly [message: string, amount: string] | undefined;

  constructor({ stdin, stdout, stderr, silentMs = 1000 }: TerminalParts) {
    this.#parts = { stdin, stdout, stderr, silentMs };
    this.isScreen = stdout.isTTY === true;
    this.isInteractive = stdin.isTTY === true && stderr.isTTY === true;
    stdout.on('error', (error) => endFor(error, stderr));
    stderr.on('error', () => {});
  }

  async print(chunk: string | Uint8Array): Promise<void> {
    const { stdout } = this.#parts;
    this.quiet();
    if (chunk.length > 0) this.#isAtLineStart = chunk.at(-1) === '\n' || chunk.at(-1) === 0x0a;
    if (!stdout.write(chunk)) await once(stdout, 'drain');
  }

  get screenWidth(): number {
    const { stdout } = this.#parts;
    return this.isScreen ? stdout.columns || columnsUsual : Infinity;
  }

  progress(message: string, done: number, total?: number): void {
    this.#latest = [message, `${done}${total === undefined ? '' : ` of ${total}`}`];
    if (this.#parts.stderr.isTTY === true && performance.now() - this.#drawnMs >= drawMs) this.#draw(...this.#latest);
  }

  working(name: string): () => void {
    const { stderr, silentMs } = this.#parts;
    if (stderr.isTTY !== true) return () => {};
    const started = performance.now();
    this.#latest = undefined;
    const timer = setInterval(() => {
      const now = performance.now();
      // A user typing the input knows what the command waits for.
      if (this.#isReading || now - this.#drawnMs < silentMs) return;
      const time = `${Math.round((now - started) / 1000)} s`;
      if (this.#latest === undefined) this.#draw(`${name}:`, time);
      else this.#draw(this.#latest[0], `${this.#latest[1]}, ${time}`);
    }, silentMs);
    return () => clearInterval(timer);
  }

  warn(line: string): void {
    this.quiet();
    this.#parts.stderr.write(`${line}\n`);
  }

  quiet(): void {
    if (this.#isDrawn) this.#parts.stderr.write('\r\x1b[K');
    this.#isDrawn = false;
  }

  input(): AsyncIterable<Uint8Array> {
    this.#isReading = true;
    return this.#parts.stdin;
  }

  async confirm(question: string): Promise<boolean> {
    const { stdin, stderr } = this.#parts;
    this.quiet();
    stderr.write(`${question} [y/N] `);
    this.#isReading = true;
    return /^\s*y(es)?\s*$/i.test(await lineOf(stdin));
  }

  editor({ history, complete }: EditorOptions): Interface {
    this.#isReading = true;
    return createInterface({
      input: this.#parts.stdin,
      output: this.#parts.stdout,
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
  }

  closeInput(): void {
    if (this.#isReading) this.#parts.stdin.destroy();
  }

  #draw(message: string, amount: string): void {
    const { stdout, stderr } = this.#parts;
    if (!this.#isAtLineStart && stdout.isTTY === true) return;
    this.#drawnMs = performance.now();
    this.#isDrawn = true;
    // Text past the last column would remain on the previous line.
    const room = Math.max(0, (stderr.columns || columnsUsual) - amount.length - 2);
    stderr.write(`\r\x1b[K${printable(message).slice(0, room)} ${amount}`);
  }
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
