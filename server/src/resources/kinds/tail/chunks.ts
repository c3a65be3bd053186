/** Whole lines of a growing file, a bounded number of bytes at a time. */
import { PondError } from '../../../base/error.ts';
import { readHostStream } from '../../../storage/hostStream.ts';

/** The uncompressed content of a log in a host file. */
export interface LogContent {
  readonly path: string;
  readonly sizeBytes: number;
}

/** Lines of a file. */
export interface LineChunk {
  readonly bytes: Uint8Array;
  /** Offset after them. */
  readonly end: number;
  /** True for a last line without its end. */
  readonly isCut: boolean;
}

/** File and position from which lines are read. */
interface ChunkOptions {
  /** Bytes at which a chunk ends, after a whole line. */
  readonly bytesMax: number;
  /** Character, as a byte, that encloses texts in which a line may go on after its end; undefined without one. */
  readonly quote: number | undefined;
  /** True when the file did not change lately: a quote that was not closed is no reason to wait. */
  readonly isSettled: boolean;
  /** True when the last line counts even without its end. */
  readonly isFinished: boolean;
}

/** The longest line, in chunks. */
const lineChunksMax = 4;

const newline = 0x0a;

/**
 * Yields the whole lines of the bytes `start` to `end` (exclusive) of a host file, in chunks of about `bytesMax`. A last
 * line without its end comes by itself, or is left out. Fails `invalid-content` for a line of several chunks.
 */
export async function* readLines(
  path: string,
  { start, end }: { readonly start: number; readonly end: number },
  options: ChunkOptions,
): AsyncIterable<LineChunk> {
  let parts: Uint8Array[] = [];
  let [held, from] = [0, start];
  for await (const part of readHostStream(path, start, end)) {
    parts.push(part);
    held += part.length;
    if (held < options.bytesMax) continue;
    const bytes = Buffer.concat(parts);
    const length = lengthOfLines(bytes, options.quote);
    if (length > 0) {
      from += length;
      yield { bytes: bytes.subarray(0, length), end: from, isCut: false };
    } else if (held > options.bytesMax * lineChunksMax) throw longLine(path, from, held);
    parts = [bytes.subarray(length)];
    held = bytes.length - length;
  }
  const rest = Buffer.concat(parts);
  const length = lengthOfLines(rest, options.isSettled ? undefined : options.quote);
  if (length > 0) yield { bytes: rest.subarray(0, length), end: from + length, isCut: false };
  if (rest.length > length && options.isFinished) {
    yield { bytes: rest.subarray(length), end: from + rest.length, isCut: true };
  }
}

/** Returns the number of bytes of the whole lines at the start. */
function lengthOfLines(bytes: Uint8Array, quote: number | undefined): number {
  if (quote === undefined || !bytes.includes(quote)) return bytes.lastIndexOf(newline) + 1;
  let [length, isOpen] = [0, false];
  for (let index = 0; index < bytes.length; index++) {
    if (bytes[index] === quote) isOpen = !isOpen;
    else if (bytes[index] === newline && !isOpen) length = index + 1;
  }
  return length;
}

/**
 * Returns the number of bytes of the first line with its end; 0 while it has none. A quote that is not closed does not
 * count as one.
 */
export function lengthOfLine(bytes: Uint8Array, quote: number | undefined): number {
  let isOpen = false;
  for (let index = 0; quote !== undefined && index < bytes.length; index++) {
    if (bytes[index] === quote) isOpen = !isOpen;
    else if (bytes[index] === newline && !isOpen) return index + 1;
  }
  return bytes.indexOf(newline) + 1;
}

function longLine(path: string, offset: number, bytes: number): PondError {
  return new PondError('invalid-content', `the line at byte ${offset} of ${path} has more than ${bytes} bytes`, {
    path,
    hint: 'Choose the lines that the file has: csv, ndjson or text.',
  });
}
