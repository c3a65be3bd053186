/** Facts in the lines of a CSV log that hold for those that follow, which are read without them. */
import { linesBefore, startOfLine } from '../../../sandbox/textTables/linesBefore.ts';
import { lengthOfLine } from './chunks.ts';
import { quoteOf } from './head.ts';
import { rowsFile } from './rows.ts';
import { type LinesSpec } from './spec.ts';

/** Texts are bytes as latin-1, so that they can be kept as JSON. */
export interface EarlierLines {
  /** Offset in the file of the header above the lines that follow; undefined for its first one. */
  readonly headAt?: number;
  /** Lines that show the order of dates, below their header. */
  readonly dates?: string;
  /** Lines that show the decimal sign, below their header. */
  readonly decimal?: string;
}

/** The lines that are kept in a value from JSON. Fails TypeError for others. */
export function earlierLinesOf({
  headAt,
  dates,
  decimal,
}: { readonly [K in keyof EarlierLines]: unknown }): EarlierLines {
  if (headAt !== undefined && !Number.isSafeInteger(headAt)) throw new TypeError('expected an offset');
  for (const text of [dates, decimal])
    if (text !== undefined && typeof text !== 'string') throw new TypeError('expected lines');
  return {
    ...(headAt !== undefined && { headAt: Number(headAt) }),
    ...(typeof dates === 'string' && { dates }),
    ...(typeof decimal === 'string' && { decimal }),
  };
}

/** Whole lines that were read. */
interface ReadLines {
  readonly bytes: Uint8Array;
  /** Lines of the header above them. */
  readonly head: Uint8Array;
  /** Offset after them. */
  readonly end: number;
  /** Path of the log, for errors. */
  readonly hostPath: string;
}

/** Returns what is known after lines that were read; the first lines that show something are kept. */
export async function afterLines(
  spec: LinesSpec,
  { bytes, head, end, hostPath }: ReadLines,
  earlier: EarlierLines,
  signal: AbortSignal,
): Promise<EarlierLines> {
  const nothing = new Uint8Array();
  const { reading, format } = rowsFile(spec, nothing, { head: nothing, nowMs: 0 });
  const text = { head: Buffer.from(head), lines: viewOf(bytes) };
  const found = await linesBefore(text, { reading, pondPath: hostPath, ...(format && { format }) }, signal);
  const quote = quoteOf(spec);
  const below = (lines: readonly number[]): string | undefined =>
    lines.length === 0
      ? undefined
      : [text.head, ...lines.map((line) => lineIn(text.lines, line, quote))].map(textOf).join('');
  const headAt = found.header === undefined ? earlier.headAt : end - bytes.length + startOfLine(bytes, found.header);
  return earlierLinesOf({
    headAt,
    dates: earlier.dates ?? below(found.dates),
    decimal: earlier.decimal ?? below(found.decimal),
  });
}

/** The lines that hold for another file of the same log. */
export const decidingOnly = (lines: EarlierLines): EarlierLines => earlierLinesOf({ ...lines, headAt: undefined });

/** The lines that show how others are read, as files of their own. */
export function decidingLines({ dates, decimal }: EarlierLines): readonly Uint8Array[] {
  return [dates, decimal].flatMap((text) => (text === undefined ? [] : [Buffer.from(text, 'latin1')]));
}

const textOf = (bytes: Buffer): string => bytes.toString('latin1');

const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** The record that begins on a 1-based line. */
function lineIn(bytes: Buffer, line: number, quote: number | undefined): Buffer {
  const rest = bytes.subarray(startOfLine(bytes, line));
  return rest.subarray(0, lengthOfLine(rest, quote));
}
