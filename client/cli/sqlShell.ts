/** The interactive terminal of `pond sql`. */
import { type Interface } from 'node:readline';
import { createMutex } from '../../server/src/base/mutex.ts';
import { isPondError } from '../../server/src/base/error.ts';
import { printable } from '../../server/src/base/printable.ts';
import { type HistoryFile } from '../../server/src/terminal.ts';
import { errorText } from './errorText.ts';
import { shownName, shownPath } from './format.ts';
import { printedError } from './printedError.ts';
import { atOf, pondPath } from './runner.ts';
import { formatNamed } from './queryRequest.ts';
import { type PrintedFormat, printedFormat, printStatement } from './sqlResults.ts';
import { splitScript } from './sqlScript.ts';
import { type Session } from './verb.ts';
import { nodesToShow } from './listing.ts';

const prompt = 'pond> ';
const promptMore = '   -> ';

const helpLines = [
  'A statement ends with a semicolon, and may have several lines. Tab completes paths, columns and functions.',
  '.ls [PATH]      list a directory of the pond, or what matches a pattern',
  '.schema PATH    show the columns of a table',
  '.format FORMAT  print results as table, csv, json, ndjson or markdown',
  '.quit           end, as Ctrl+D does',
  'Ctrl+C cancels the query that runs, or discards the lines typed so far.',
];

/**
 * Reads statements and prints their results until the person leaves. Lines that are typed during a query are run after it.
 */
export class SqlShell {
  readonly #session: Session;
  readonly #history: HistoryFile;
  readonly #lines: Interface;
  readonly #work = createMutex();
  #format: PrintedFormat;
  /** Lines of a statement that goes on. */
  #begun = '';
  /** Cancels the statement that runs. */
  #running: AbortController | undefined;
  #isEnded = false;

  constructor(session: Session, history: HistoryFile, format: PrintedFormat) {
    this.#session = session;
    this.#history = history;
    this.#format = format;
    this.#lines = session.terminal.editor({
      history: history.read().map((entry) => entry.replaceAll('\n', ' ')),
      complete: (line) => this.#complete(line),
    });
  }

  /** Runs until the end of the input, `.quit`, or an interrupt of the process. */
  async run(): Promise<void> {
    const lines = this.#lines;
    lines.setPrompt(prompt);
    lines.on('line', (line) => void this.#work.run(() => this.#take(line)));
    lines.on('SIGINT', () => this.#interrupt());
    const leave = (): void => lines.close();
    this.#session.signal.addEventListener('abort', leave);
    const closed = new Promise<void>((resolve) => lines.once('close', resolve));
    lines.prompt();
    await closed;
    this.#session.signal.removeEventListener('abort', leave);
    // What was typed before the end still runs, as in a pipe.
    await this.#work.run(() => this.#finish());
  }

  /** Returns what the word at the end of a line may be completed to, and the word. */
  async #complete(line: string): Promise<readonly [matches: readonly string[], word: string]> {
    const { call, line: started } = this.#session;
    const text = this.#begun + line;
    const completed = await call('completeSql', { text, offset: text.length, ...atOf(started) });
    const { start, names } = completed ?? { start: text.length, names: [] };
    const word = text.slice(start);
    // Nothing is begun: all names that there are would be listed.
    if (word === '') return [[], word];
    const matches = names.filter(({ text: name, kind }) =>
      kind === 'file' || kind === 'directory' ? name.startsWith(word) : nameOf(name).startsWith(nameOf(word)),
    );
    return [matches.map(({ text: name, kind }) => (kind === 'function' ? `${name}(` : name)), word];
  }

  /** Runs the statements that a line completes. */
  async #take(line: string): Promise<void> {
    if (this.#isEnded) return;
    if (this.#begun === '' && line.trimStart().startsWith('.')) await this.#report(() => this.#command(line.trim()));
    else {
      const { complete, rest } = splitScript(`${this.#begun}${line}\n`);
      this.#begun = rest;
      for (const { text } of complete) {
        this.#history.add(`${text};`);
        await this.#report(() => this.#statement(text));
      }
    }
    if (this.#isEnded) return this.#lines.close();
    this.#lines.setPrompt(this.#begun === '' ? prompt : promptMore);
    this.#lines.prompt();
  }

  async #finish(): Promise<void> {
    const wasLeft = this.#isEnded;
    this.#isEnded = true;
    await this.#session.terminal.print('\n');
    if (!wasLeft && this.#begun.trim() !== '' && !this.#session.signal.aborted)
      await this.#report(() => this.#statement(this.#begun));
  }

  async #statement(sql: string): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    const signal = AbortSignal.any([this.#session.signal, running.signal]);
    try {
      await printStatement(this.#session, sql, { format: this.#format, signal });
    } finally {
      this.#running = undefined;
    }
  }

  async #command(text: string): Promise<void> {
    const { terminal } = this.#session;
    const [name, argument] = [/^\S+/.exec(text)?.[0], text.replace(/^\S+\s*/, '')];
    if (name === '.quit' || name === '.exit') this.#isEnded = true;
    else if (name === '.help') await terminal.print(helpLines.map((line) => `${line}\n`).join(''));
    else if (name === '.ls') await this.#list(argument === '' ? '/' : argument);
    else if (name === '.schema' && argument !== '')
      await this.#statement(`DESCRIBE FROM "${pondPath(argument).replaceAll('"', '""')}"`);
    else if (name === '.format' && argument !== '') this.#format = printedFormat(formatNamed(argument));
    else terminal.warn(printable(`pond: '${text}' is not known; .help lists the commands`));
  }

  async #list(path: string): Promise<void> {
    const { call, line, terminal } = this.#session;
    const nodes = await call('list', { path: pondPath(path), ...atOf(line) });
    await terminal.print(
      nodesToShow(nodes)
        .map((node) => `${printable(shownName(node, shownPath(node)))}\n`)
        .join(''),
    );
  }

  /** Prints the error of some work, and goes on. */
  async #report(work: () => Promise<void>): Promise<void> {
    const { terminal, line } = this.#session;
    try {
      await work();
    } catch (error) {
      if (!isPondError(error)) throw error;
      terminal.warn(error.code === 'cancelled' ? 'cancelled' : errorText(printedError(error, line)));
    }
  }

  #interrupt(): void {
    if (this.#running !== undefined) return this.#running.abort();
    this.#begun = '';
    this.#session.terminal.warn('');
    this.#lines.setPrompt(prompt);
    // Clears the line that is being typed.
    this.#lines.write(null, { ctrl: true, name: 'e' });
    this.#lines.write(null, { ctrl: true, name: 'u' });
    this.#lines.prompt();
  }
}

/** A name without its quotes, as names are compared. */
function nameOf(text: string): string {
  return text.replace(/^"/, '').toLowerCase();
}
