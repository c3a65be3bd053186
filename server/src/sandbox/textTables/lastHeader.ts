/** The header that the next lines of a file are below, for a file that is read part by part. */
import { createYield } from '../../base/yieldToEventLoop.ts';
import { headRecords } from './head.ts';
import { HeaderStarts } from './headerStarts.ts';
import { type TextLayout } from './layout.ts';
import { headBytes, layoutOf, scanText, type StatedFile } from './scanFile.ts';

/** Whole lines of a file, and the lines of the header above them. */
interface LinesBelow {
  readonly head: Buffer;
  readonly lines: Buffer;
}

/**
 * Returns the last line that is another header, 1-based among `lines`; undefined when the lines have the header above them
 * alone. Fails as scanFile, and `cancelled`.
 */
export async function lastHeader(
  { head, lines }: LinesBelow,
  file: StatedFile,
  signal: AbortSignal,
): Promise<number | undefined> {
  const first = Buffer.concat([head, lines.subarray(0, lines.lastIndexOf(newline, chunkBytes) + 1)]);
  const layout = layoutOf(first, file);
  // A line that begins like the header is rare.
  if (!mayHaveHeaderAgain(first, lines, layout)) return undefined;
  const text = Buffer.concat([head, lines]);
  const scanned = await scanText(chunksOf(text, signal), file, { layout, isLast: true, signal });
  const line = scanned?.scan.table.laterHeaderLines.at(-1);
  return line && line - lineCount(head);
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
