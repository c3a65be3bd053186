import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { sourceProcess } from './sourceProcess.ts';

/** A process that writes a pond: see pondWriter.ts. */
export interface WriterProcess {
  readonly child: ChildProcess;
  /** The lines that it printed so far, without `ready`. */
  readonly lines: readonly string[];
  /** Lets it start, once it is ready. */
  go(): Promise<void>;
  /** Resolves when it has ended. */
  readonly ended: Promise<unknown>;
}

/** Starts a writer; `onLine` receives each line. */
export function startWriter(
  directory: string,
  options: { readonly name: string; readonly count: number; readonly onLine?: (line: string) => void },
): WriterProcess {
  const { name, count, onLine = () => undefined } = options;
  const child = spawn(process.execPath, [...sourceProcess('support/pondWriter'), directory, name, String(count)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  const ready = once(reader, 'line');
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')]);
  void ready.then(() =>
    reader.on('line', (line) => {
      lines.push(line);
      onLine(line);
    }),
  );
  const go = async (): Promise<void> => {
    await ready;
    child.stdin.write('go\n');
  };
  return { child, lines, go, ended };
}

/** The numbers in the lines that start with a word. */
export function numbersAfter(lines: readonly string[], word: string): readonly number[] {
  return lines.flatMap((line) => (line.startsWith(`${word} `) ? [Number(line.split(' ')[1])] : []));
}
