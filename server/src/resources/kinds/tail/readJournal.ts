/** Reads the entries of the journal of systemd after a position, by journalctl. */
import { startProgram } from '../../../base/hostProgram.ts';
import { isPondError, PondError } from '../../../base/error.ts';
import { isSameEntry, type JournalEntry, parseEntry } from './journalEntries.ts';
import { InvalidLines } from './invalidLines.ts';
import { type JournalSpec } from './journalSpec.ts';

/** The journal to read, and where to begin. */
interface JournalReading {
  readonly journal: JournalSpec;
  /** Position of the last entry that was read; undefined for none. */
  readonly after: string | undefined;
  readonly env: (name: string) => string | undefined;
  readonly signal: AbortSignal;
  /** Called with what journalctl reports, and with what may be missing. */
  readonly note: (text: string) => void;
}

/** Entries that follow each other. */
interface EntryBatch {
  readonly entries: readonly JournalEntry[];
  /** Bytes of their lines. */
  readonly bytes: number;
}

const program = 'journalctl';

/** Bytes of lines at which a batch ends, and the longest line. */
const [batchBytes, lineBytesMax] = [16 * 1024 * 1024, 256 * 1024 * 1024];

const lost =
  'the entry at which the last run ended is not in the journal any more; entries that were added and removed in between are missing';

/**
 * Yields the entries after a position, in order. When the journal does not have the entry at the position any more, it
 * was rotated out: a note says that entries may be missing. A line that is not an entry is left out with a note where the
 * document says so; otherwise `invalid-content`, after the entries before it. Fails `run-failed` without journalctl and when
 * it fails.
 */
export async function* readJournal({ journal, after, env, signal, note }: JournalReading): AsyncIterable<EntryBatch> {
  const variables = { PATH: env('PATH') ?? '', LC_ALL: 'C' };
  const call = { name: program, env: variables, signal };
  // As text, journalctl reports which journals the user may not read; as JSON it does not.
  const check = startProgram({ ...call, args: ['--no-pager', '--lines=0', ...folderOf(journal)] });
  await drained(check.output);
  if (check.messages() !== '') note(`${program}: ${check.messages()}`);
  const running = startProgram({ ...call, args: argumentsOf(journal, after) });
  // The entry at the position is read again: with the option that skips it, another one would be skipped in its place.
  let isFirst = after !== undefined;
  const invalid = new InvalidLines();
  const isSkipped = journal.invalid === 'skip';
  try {
    for await (const lines of lineBatches(running.output)) {
      const entries = entriesOf(lines, invalid, isSkipped);
      const bytes = lines.reduce((sum, line) => sum + line.length, 0);
      const [first] = entries;
      const isKnown = isFirst && first !== undefined && isSameEntry(first.cursor, after!);
      if (isFirst && first !== undefined && !isKnown) note(lost);
      isFirst &&= first === undefined;
      yield { entries: isKnown ? entries.slice(1) : entries, bytes };
      if (!isSkipped) requireNone(invalid);
    }
  } finally {
    const left = isSkipped ? invalid.note({ of: ' of journalctl', as: 'entries of the journal' }) : undefined;
    if (left !== undefined) note(left);
  }
  if (isFirst) note(lost);
  if (running.messages() !== '') note(`${program}: ${running.messages()}`);
}

/** The entries of lines: all of them, or those before the first invalid line. */
function entriesOf(lines: readonly Uint8Array[], invalid: InvalidLines, isSkipped: boolean): readonly JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (const line of lines) {
    const entry = parseEntry(line);
    if (entry !== undefined) entries.push(entry);
    else {
      invalid.add(line);
      if (!isSkipped) break;
    }
  }
  return entries;
}

/** Fails `invalid-content` with the first invalid line. */
function requireNone({ first }: InvalidLines): void {
  if (first === undefined) return;
  const expected = 'expected an entry of the journal with __CURSOR and __REALTIME_TIMESTAMP';
  throw new PondError('invalid-content', `${expected}, got ${first}`, {
    hint: 'State `invalid: skip` in the section `journal` to leave such lines out; a note of each run counts them.',
  });
}

/** Reads an output that says nothing more than its end. */
async function drained(output: AsyncIterable<Uint8Array>): Promise<void> {
  const chunks = output[Symbol.asyncIterator]();
  while ((await chunks.next()).done !== true);
}

function folderOf({ directory }: JournalSpec): readonly string[] {
  return directory === undefined ? [] : [`--directory=${directory}`];
}

/** Each value is part of its argument, so none is taken for an option. */
function argumentsOf(journal: JournalSpec, after: string | undefined): readonly string[] {
  const { units = [], identifiers = [], priority } = journal;
  return [
    ...['--output=json', '--all', '--no-pager'],
    ...folderOf(journal),
    ...units.map((unit) => `--unit=${unit}`),
    ...identifiers.map((identifier) => `--identifier=${identifier}`),
    ...(priority === undefined ? [] : [`--priority=${priority}`]),
    ...(after === undefined ? [] : [`--cursor=${after}`]),
  ];
}

const newline = 0x0a;

/** Yields whole lines without their ends, at least one at a time. */
async function* lineBatches(chunks: AsyncIterable<Uint8Array>): AsyncIterable<readonly Uint8Array[]> {
  let [lines, bytes]: [Uint8Array[], number] = [[], 0];
  let [parts, partBytes]: [Uint8Array[], number] = [[], 0];
  try {
    for await (const chunk of chunks) {
      let from = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
        const line = Buffer.concat([...parts, chunk.subarray(from, end)]);
        [parts, partBytes, from] = [[], 0, end + 1];
        if (line.length > 0) lines.push(line);
        bytes += line.length;
      }
      parts.push(chunk.subarray(from));
      partBytes += chunk.length - from;
      if (partBytes > lineBytesMax) throw new PondError('invalid-content', `an entry has more than ${partBytes} bytes`);
      if (bytes < batchBytes) continue;
      yield lines;
      [lines, bytes] = [[], 0];
    }
  } catch (error) {
    // What was whole before journalctl failed is read; the rest comes with the next run.
    if (lines.length > 0 && isPondError(error, 'run-failed')) yield lines;
    throw error;
  }
  if (partBytes > 0) lines.push(Buffer.concat(parts));
  if (lines.length > 0) yield lines;
}
