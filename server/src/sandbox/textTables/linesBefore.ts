/** Lines of a file that matter to the lines that follow them, for a file that is read part by part. */
import { createYield } from '../../base/yieldToEventLoop.ts';
import { type ColumnFacts } from './columnFacts.ts';
import { possibleOrders } from './columnOrders.ts';
import { hasDividingCommas, signOf } from './decimalSign.ts';
import { headRecords } from './head.ts';
import { HeaderStarts } from './headerStarts.ts';
import { type TextLayout } from './layout.ts';
import { forms } from './numberForm.ts';
import { headBytes, layoutOf, scanText, type StatedFile } from './scanFile.ts';
import { type FileScan } from './tableScan.ts';

/** Lines that matter to those that follow, 1-based. */
interface LinesBefore {
  /** The last one that is another header; undefined when the lines have the header above them alone. */
  readonly header: number | undefined;
  /** Those whose values show the order of dates. */
  readonly dates: readonly number[];
  /** Those whose numbers show a decimal sign that other numbers may be read by. */
  readonly decimal: readonly number[];
}

const none: LinesBefore = { header: undefined, dates: [], decimal: [] };

/** Whole lines of a file, and the lines of the header above them. */
interface LinesBelow {
  readonly head: Buffer;
  readonly lines: Buffer;
}

/** Finds the lines that matter, as numbers among `lines`. Fails as scanFile, and `cancelled`. */
export async function linesBefore(
  { head, lines }: LinesBelow,
  file: StatedFile,
  signal: AbortSignal,
): Promise<LinesBefore> {
  const first = Buffer.concat([head, lines.subarray(0, lines.lastIndexOf(newline, chunkBytes) + 1)]);
  const layout = layoutOf(first, file);
  // The first lines show how values are written, and a line that begins like the header is rare.
  const isWhole = lines.length <= chunkBytes || mayHaveHeaderAgain(first, lines, layout);
  const text = isWhole ? Buffer.concat([head, lines]) : first;
  const scanned = await scanText(chunksOf(text, signal), file, { layout, isLast: isWhole, signal });
  if (scanned === undefined) return none;
  const { table } = scanned.scan;
  const above = lineCount(head);
  const header = table.laterHeaderLines.at(-1);
  const dates = table.columns.map(({ facts }) => linesOfOrder(facts)).find((found) => found.length > 0) ?? [];
  const below = (found: readonly number[]): readonly number[] => found.map((line) => line - above);
  return {
    header: header && header - above,
    dates: below(dates),
    decimal: below(linesOfSigns(scanned.scan)),
  };
}

const chunkBytes = 1024 * 1024;
const newline = 0x0a;

/** True where one of the lines begins with a name of the header, maybe in quotes; `first` begins with the header. */
function mayHaveHeaderAgain(first: Buffer, lines: Buffer, layout: TextLayout): boolean {
  const { delimiter, quote, comment, skip: wholeLines } = layout;
  const [header] = headRecords(first.subarray(0, headBytes), false, { delimiter, quote, comment, wholeLines });
  const starts = new HeaderStarts(header?.trimmed ?? [], layout);
  if (starts.isUnnamed) return true;
  const quoteByte = Buffer.from(quote)[0];
  for (let start = 0; start < lines.length;) {
    const isQuoted = quoteByte !== undefined && lines[start] === quoteByte;
    if (starts.isAt(lines, isQuoted ? start + 1 : start)) return true;
    const end = lines.indexOf(newline, start);
    if (end < 0) return false;
    start = end + 1;
  }
  return false;
}

const carriageReturn = 0x0d;

/** Index of a 1-based line; lines end with LF, CR LF or CR. The length of the text for a line after the last one. */
export function startOfLine(bytes: Uint8Array, line: number): number {
  let at = 0;
  for (let count = 1; count < line && at < bytes.length; at++) if (isLineEnd(bytes, at)) count += 1;
  return at;
}

function lineCount(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at++) if (isLineEnd(bytes, at)) count += 1;
  return count;
}

/** True for the last byte of the end of a line. */
const isLineEnd = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === newline || (bytes[at] === carriageReturn && bytes[at + 1] !== newline);

async function* chunksOf(bytes: Buffer, signal: AbortSignal): AsyncIterable<Buffer> {
  const yieldToEventLoop = createYield(signal, 'the run');
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    await yieldToEventLoop();
    yield bytes.subarray(at, at + chunkBytes);
  }
}

/** The lines that leave one order of the dates in a column; none where they have one by their form, or several. */
function linesOfOrder(facts: ColumnFacts): readonly number[] {
  if (facts.found !== forms.date || possibleOrders(facts).length !== 1) return [];
  return [...facts.shapes.values()].flatMap((shape) => [...shape.excluded.values()].map(({ line }) => line));
}

/**
 * The line that shows the decimal sign: a comma, or a point where `1.234` is text without one. None where columns show both
 * signs, which is as undecided as neither.
 */
function linesOfSigns({ layout: { delimiter }, table }: FileScan): readonly number[] {
  const lines = new Map<string, number>();
  for (const { name, facts } of table.columns) {
    const { found } = facts;
    const sign = signOf([{ name, found, hasDividing: hasDividingCommas({ delimiter, facts }) }]);
    const shown = (['comma', 'point', 'thousands'] as const).flatMap((form) => facts.firstOf(form) ?? []);
    const [first] = shown;
    if (sign !== undefined && first !== undefined && !lines.has(sign)) lines.set(sign, first.line);
  }
  const [[sign, line] = [], ...others] = lines;
  const matters = sign === ',' || delimiter === ';';
  return line === undefined || others.length > 0 || !matters ? [] : [line];
}
