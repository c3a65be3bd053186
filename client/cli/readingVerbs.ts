/** Verbs that print the content of files. */
import { withoutStatement } from '../../server/src/base/error.ts';
import { printable } from '../../server/src/base/printable.ts';
import { shownPath } from './format.ts';
import { filesNamed } from './namedPaths.ts';
import { at, atHelp } from './options.ts';
import { atOf, wholeNumber } from './runner.ts';
import { type Session, type TerminalVerb, type VerbRunner } from './verb.ts';
import { type NodeInfo } from '../../server/src/protocol/info.ts';

/** Rows or lines that head and tail print. */
const countUsual = 10;
/** Bytes of a text that are read at once. */
const stepBytes = 64 * 1024;

/** Files whose rows are printed; those of other files are lines of text. */
const tableExtension = /\.(parquet|arrow|arrows|feather|ipc)$/i;

/** Writes files to standard output. */
export const cat: TerminalVerb = {
  usage: '[--at V] PATH|GLOB...',
  summary: 'write the content of files to standard output, one after another',
  printsAsIs: 'the content of files',
  details: [atHelp],
  options: { at },
  positionals: [1],
  takesPatterns: true,
  run: async (session) => {
    const { line, terminal } = session;
    for (const path of await filesNamed(session)) {
      const output = (chunk: Uint8Array): Promise<void> => terminal.print(chunk);
      await session.call('read', { path, ...atOf(line) }, { output });
    }
  },
};

const partOptions = { at, lines: { type: 'string', short: 'n' } } as const;
const partDetails = [
  `-n is the number of lines, ${countUsual} by default. Of tables, series, Parquet and Arrow files it counts rows, which are printed as CSV.`,
  atHelp,
];

/** Prints the beginning of files. */
export const head: TerminalVerb = {
  usage: '[-n N] [--at V] PATH|GLOB...',
  summary: 'print the first lines of text files, or the first rows of tables',
  printsAsIs: 'lines of files',
  details: partDetails,
  options: partOptions,
  positionals: [1],
  takesPatterns: true,
  run: printParts((count, table) => `SELECT * FROM ${table} LIMIT ${count}`, firstLines),
};

/** Prints the end of files. */
export const tail: TerminalVerb = {
  usage: '[-n N] [--at V] PATH|GLOB...',
  summary: 'print the last lines of text files, or the last rows of tables',
  printsAsIs: 'lines of files',
  details: partDetails,
  options: partOptions,
  positionals: [1],
  takesPatterns: true,
  run: printParts(
    (count, table) =>
      `SELECT * FROM ${table} LIMIT ${count} OFFSET (SELECT greatest(0, count(*) - ${count}) FROM ${table})`,
    lastLines,
  ),
};

type PrintLines = (session: Session, node: NodeInfo, count: number) => Promise<void>;

function printParts(rowsSql: (count: number, table: string) => string, lines: PrintLines): VerbRunner {
  return async (session) => {
    const { line, terminal, call } = session;
    const { lines: given } = line.texts;
    const count = given === undefined ? countUsual : wholeNumber('-n', given, 0);
    const paths = await filesNamed(session);
    for (const [index, path] of paths.entries()) {
      const node = await call('stat', { path, followLinks: true, ...atOf(line) });
      if (paths.length > 1) await terminal.print(`${index === 0 ? '' : '\n'}==> ${printable(shownPath(node))} <==\n`);
      const isTable = node.type === 'table' || node.type === 'series' || tableExtension.test(path);
      if (!isTable) await lines(session, node, count);
      else {
        const sql = rowsSql(count, `"${path.replaceAll('"', '""')}"`);
        const output = (chunk: Uint8Array): Promise<void> => terminal.print(chunk);
        try {
          await call('queryToText', { sql, format: 'csv', ...atOf(line) }, { output });
        } catch (error) {
          throw withoutStatement(error);
        }
      }
    }
  };
}

/** Prints the first lines; reads no more than the step that contains the last of them. */
async function firstLines(session: Session, { path }: NodeInfo, count: number): Promise<void> {
  const { terminal } = session;
  let left = count;
  for (let start = 0; left > 0; start += stepBytes) {
    const bytes = await readRange(session, path, start, start + stepBytes);
    let end = 0;
    while (left > 0 && end < bytes.length) {
      const found = bytes.indexOf(10, end);
      end = found < 0 ? bytes.length : found + 1;
      if (found >= 0) left -= 1;
    }
    await terminal.print(bytes.subarray(0, end));
    if (bytes.length < stepBytes) return;
  }
}

/** Prints the last lines; looks for their beginning from the end, step by step. */
async function lastLines(session: Session, node: NodeInfo, count: number): Promise<void> {
  const { line, terminal, call } = session;
  if (count === 0) return;
  const { path } = node;
  const size = await sizeOf(session, node);
  let from = size;
  let left = count + 1;
  while (from > 0 && left > 0) {
    const start = Math.max(0, from - stepBytes);
    const bytes = await readRange(session, path, start, from);
    // The end of the last line begins no other.
    if (from === size && bytes.at(-1) !== 10) left -= 1;
    for (let at = bytes.length - 1; at >= 0 && left > 0; at -= 1) {
      if (bytes[at] !== 10) continue;
      left -= 1;
      if (left === 0) from = start + at + 1;
    }
    if (left > 0) from = start;
  }
  const output = (chunk: Uint8Array): Promise<void> => terminal.print(chunk);
  await call('read', { path, start: from, end: size, ...atOf(line) }, { output });
}

/** The size of a file in bytes. One that is computed when it is read has a size once it was read. */
async function sizeOf(session: Session, { path, size, sizeUnknown }: NodeInfo): Promise<number> {
  if (sizeUnknown !== true) return size;
  await readRange(session, path, 0, 1);
  return (await session.call('stat', { path, ...atOf(session.line) })).size;
}

async function readRange({ line, call }: Session, path: string, start: number, end: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const output = (chunk: Uint8Array): Promise<void> => Promise.resolve(void chunks.push(chunk));
  await call('read', { path, start, end, ...atOf(line) }, { output });
  return Buffer.concat(chunks);
}
