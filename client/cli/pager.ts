/** The program that shows long output on a terminal page by page. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Terminal } from './verb.ts';

/** Destination of text for people. */
export interface Screen {
  print(text: string): Promise<void>;
  /** True once the person ended the pager: no text is needed any more. */
  readonly isClosed: boolean;
  /** Columns; Infinity for output that is not a terminal. */
  readonly width: number;
}

/** Ends when the text fits on a screen, keeps colors, and leaves the text on the screen. */
const lessOptions = 'FRX';

/**
 * Calls `work` with the output of a terminal, through the pager that the variable PAGER names (`less` by default) when both
 * input and output are a terminal, and waits for the pager's end. Without `isPaged`, and for an empty PAGER or `cat`, the
 * text goes straight to standard output.
 */
export async function withPager(
  terminal: Terminal,
  isPaged: boolean,
  work: (screen: Screen) => Promise<void>,
): Promise<void> {
  const command = process.env['PAGER'] ?? 'less';
  const direct: Screen = { print: (text) => terminal.print(text), isClosed: false, width: terminal.screenWidth };
  if (!isPaged || !terminal.isScreen || !terminal.isInteractive || command === '' || command === 'cat')
    return await work(direct);
  terminal.quiet();
  const env = { LESS: lessOptions, ...process.env };
  const pager = spawn(command, { shell: true, stdio: ['pipe', 'inherit', 'inherit'], env });
  const ended = new Promise<number | null>((resolve) => {
    pager.once('error', () => resolve(commandMissing));
    pager.once('close', resolve);
  });
  let isClosed = false;
  void ended.then(() => (isClosed = true));
  // A person who leaves the pager early wants no error.
  pager.stdin.on('error', () => (isClosed = true));
  let first: string | undefined;
  await work({
    async print(text) {
      first ??= text;
      if (isClosed) return;
      if (!pager.stdin.write(text)) await Promise.race([once(pager.stdin, 'drain').catch(() => undefined), ended]);
    },
    get isClosed() {
      return isClosed;
    },
    width: terminal.screenWidth,
  });
  pager.stdin.end();
  // A shell without the pager says so itself; the rows are shown all the same.
  if ((await ended) === commandMissing && first !== undefined) await work(direct);
}

/** Exit status of a shell that does not find a command. */
const commandMissing = 127;
