/** Facts in the lines of a CSV log that hold for those that follow, which are read without them. */
import { linesBefore } from '../../../sandbox/textTables/linesBefore.ts';
import { lengthOfLine } from './chunks.ts';
import { quoteOf } from './head.ts';
import { rowsFile } from './rows.ts';
import { type Lines } from './seriesWriter.ts';
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

/** Lines with the offset after them. */
interface ReadLines extends Lines {
  readonly end: number;
}

/** Returns what is known after lines that were read; the first lines that show something are kept. */
export async function afterLines(
  spec: LinesSpec,
  { bytes, head, end, hostPath }: ReadLines,
  earlier: EarlierLines,
  signal: AbortSignal,
): Promise<EarlierLines> {
  const rows = rowsFile(spec, bytes, { head, nowMs: 0 });
  const all = Buffer.from(rows.bytes);
  const file = { reading: rows.reading, pondPath: hostPath, ...(rows.format && { format: rows.format }) };
  const { header, dates, decimal } = await linesBefore(all, file, signal);
  const quote = quoteOf(spec);
  const below = (lines: readonly number[]): string | undefined =>
    lines.length === 0
      ? undefined
      : [Buffer.from(head), ...lines.map((line) => lineIn(all, line, quote))].map(textOf).join('');
  const headAt = header === undefined ? earlier.headAt : end - all.length + startOfLine(all, header);
  return earlierLinesOf({ headAt, dates: earlier.dates ?? below(dates), decimal: earlier.decimal ?? below(decimal) });
}

/** The lines that hold for another file of the same log. */
export const decidingOnly = (lines: EarlierLines): EarlierLines => earlierLinesOf({ ...lines, headAt: undefined });

/** The lines that show how others are read, as files of their own. */
export function decidingLines({ dates, decimal }: EarlierLines): readonly Uint8Array[] {
  return [dates, decimal].flatMap((text) => (text === undefined ? [] : [Buffer.from(text, 'latin1')]));
}

const textOf = (bytes: Buffer): string => bytes.toString('latin1');

const [newline, carriageReturn] = [0x0a, 0x0d];

/** Index of a 1-based line; lines end with LF, CR LF or CR. */
function startOfLine(bytes: Uint8Array, line: number): number {
  let at = 0;
  for (let count = 1; count < line && at < bytes.length; at++) {
    const isPair = bytes[at] === carriageReturn && bytes[at + 1] === newline;
    if (bytes[at] === newline || (bytes[at] === carriageReturn && !isPair)) count += 1;
  }
  return at;
}

/** The record that begins on a 1-based line. */
function lineIn(bytes: Buffer, line: number, quote: number | undefined): Buffer {
  const rest = bytes.subarray(startOfLine(bytes, line));
  return rest.subarray(0, lengthOfLine(rest, quote));
}
