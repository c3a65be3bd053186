/** Merges the lines of two edits of a CSV file: those that are not changed stay as they are, byte for byte. */
import { PondError } from '../../base/error.ts';
import { type TextDescription } from '../../sandbox/textTables/description.ts';
import { RecordReader } from '../../sandbox/textTables/records.ts';

/** A text with a table, and how it is read. */
export interface TableText {
  readonly bytes: Buffer;
  readonly description: TextDescription;
}

/** A row that the merged text does not have from ours as it is. Numbers of rows are from 1. */
export interface LineChange {
  readonly outcome: 'theirs' | 'cells';
  /** Row of ours, and of theirs; undefined where that side does not have it. */
  readonly ours: number | undefined;
  readonly theirs: number | undefined;
  /** Row of ours after which a row that it does not have belongs; 0 for the start. */
  readonly anchor: number;
  /** Indexes of the columns that are taken from theirs, for `cells`. */
  readonly columns: ReadonlySet<number>;
}

/** The merged text: ours with some rows of theirs. Fails `invalid-content` for texts whose lines are not their rows. */
export function mergedText(ours: TableText, theirs: TableText, changes: readonly LineChange[], path: string): Buffer {
  if (
    ours.description.delimiter !== theirs.description.delimiter ||
    ours.description.quote !== theirs.description.quote
  )
    throw notMerged(path, 'both sides have other delimiters or quotes');
  const [own, other] = [rowsOf(ours, path), rowsOf(theirs, path)];
  const end = lineEndOf(ours);
  const [changed, inserted] = [new Map<number, LineChange>(), new Map<number, LineChange[]>()];
  for (const change of changes) {
    if (change.ours !== undefined) changed.set(change.ours, change);
    else inserted.set(change.anchor, [...(inserted.get(change.anchor) ?? []), change]);
  }
  const parts: Buffer[] = [own.head];
  // The last line before a row that is added may have no end.
  const add = (line: Buffer): void => {
    const last = parts.at(-1);
    if (last !== undefined && last.length > 0 && !endsLine(last)) parts.push(end);
    parts.push(line);
  };
  const insertAt = (anchor: number): void => {
    for (const { theirs: row } of inserted.get(anchor) ?? []) add(withEnd(other.row(row), end));
  };
  insertAt(0);
  for (let row = 1; row <= own.count; row += 1) {
    const change = changed.get(row);
    if (change === undefined) add(own.row(row));
    else if (change.theirs !== undefined) add(lineOf(change, { own, other, end, description: ours.description }));
    insertAt(row);
  }
  return Buffer.concat(parts);
}

interface Rows {
  /** Text above the rows. */
  readonly head: Buffer;
  readonly count: number;
  /** The bytes of a row, from 1, with the end of its line and blank lines after it. */
  row(number: number | undefined): Buffer;
}

function lineOf(
  { outcome, ours, theirs, columns }: LineChange,
  { own, other, end, description }: { own: Rows; other: Rows; end: Buffer; description: TextDescription },
): Buffer {
  const line = withEnd(other.row(theirs), end);
  if (outcome === 'theirs') return line;
  const [was, is] = [own.row(ours), other.row(theirs)].map((bytes) => ({
    bytes,
    fields: fieldsOf(bytes, description),
  }));
  const parts: Buffer[] = [];
  let from = 0;
  was!.fields.forEach(({ start, end: stop }, index) => {
    const field = columns.has(index) ? is!.fields[index] : undefined;
    if (field === undefined) return;
    parts.push(was!.bytes.subarray(from, start), is!.bytes.subarray(field.start, field.end));
    from = stop;
  });
  return Buffer.concat([...parts, was!.bytes.subarray(from)]);
}

/** The fields of a record as they are written, with their quotes. */
function fieldsOf(
  bytes: Buffer,
  { delimiter, quote }: TextDescription,
): readonly { readonly start: number; readonly end: number }[] {
  let fields: { start: number; end: number }[] = [];
  const reader = new RecordReader({ delimiter, quote, comment: '', wholeLines: 0 }, (record) => {
    fields = Array.from({ length: record.width }, (_, index) => {
      const outside = record.quoted[index] === 0 ? 0 : 1;
      return { start: (record.starts[index] ?? 0) - outside, end: (record.ends[index] ?? 0) + outside };
    });
    return false;
  });
  reader.read(bytes, true);
  return fields;
}

function rowsOf({ bytes, description }: TableText, path: string): Rows {
  const { delimiter, quote, headerLine = 0, headEnd = 0, rowCount } = description;
  const above = Math.max(headerLine, headEnd);
  const lines = lineStarts(bytes);
  const first: number[] = [];
  const options = { delimiter, quote, comment: '', wholeLines: above };
  const reader = new RecordReader(options, (record) => {
    const isBlank = record.width <= 1 && record.text(0).trim() === '' && record.quoted[0] === 0;
    if (record.line > above && !isBlank) first.push(record.line);
    return true;
  });
  reader.read(bytes, true);
  if (first.length !== rowCount) throw notMerged(path, `its ${rowCount} rows are not its ${first.length} lines`);
  const startOf = (line: number | undefined): number =>
    line === undefined ? bytes.length : (lines[line - 1] ?? bytes.length);
  return {
    head: bytes.subarray(0, first.length === 0 ? bytes.length : startOf(first[0])),
    count: first.length,
    row: (number = 0) => {
      return bytes.subarray(startOf(first[number - 1]), startOf(first[number]));
    },
  };
}

/** Start of each line, bytes. */
function lineStarts(bytes: Buffer): readonly number[] {
  const starts = [0];
  for (let at = 0; at < bytes.length; at += 1) {
    const isEnd = bytes[at] === 10 || (bytes[at] === 13 && bytes[at + 1] !== 10);
    if (isEnd && at + 1 < bytes.length) starts.push(at + 1);
  }
  return starts;
}

function lineEndOf({ description }: TableText): Buffer {
  const ends = { LF: '\n', CRLF: '\r\n', CR: '\r' } as const;
  return Buffer.from(ends[description.lineEnds[0] ?? 'LF']);
}

const endsLine = (bytes: Buffer): boolean => [10, 13].includes(bytes.at(-1) ?? 0);

/** A line with an end like those of the text that it gets into. */
function withEnd(line: Buffer, end: Buffer): Buffer {
  let stop = line.length;
  while (stop > 0 && [10, 13].includes(line[stop - 1] ?? 0)) stop -= 1;
  return Buffer.concat([line.subarray(0, stop), end]);
}

function notMerged(path: string, why: string): PondError {
  return new PondError('invalid-content', `the lines of ${path} cannot be merged by rows: ${why}`, {
    path,
    hint: 'Keep one side: pond resolve keeps the staged file, pond discard the committed one.',
  });
}
