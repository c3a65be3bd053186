/** Whole lines of a growing file, a bounded number of bytes at a time. */
import { PondError } from '../../../base/error.ts';
import { readHostStream } from '../../../storage/hostStream.ts';

/** Lines of a file. */
interface LineChunk {
  readonly bytes: Uint8Array;
  /** Offset after them. */
  readonly end: number;
  /** True for a last line without its end. */
  readonly isCut: boolean;
}

/** Where lines are read. */
interface ChunkOptions {
  /** Bytes at which a chunk ends, after a whole line. */
  readonly bytesMax: number;
  /** True when a line may go on after its end, in a text in quotes. */
  readonly isQuoted: boolean;
  /** True when the file did not change lately: a quote that was not closed is no reason to wait. */
  readonly isSettled: boolean;
  /** True when the last line counts even without its end. */
  readonly isFinished: boolean;
}

/** The longest line, in chunks. */
const lineChunksMax = 4;

const [newline, quote] = [0x0a, 0x22];

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
    const length = lengthOfLines(bytes, options.isQuoted);
    if (length > 0) {
      from += length;
      yield { bytes: bytes.subarray(0, length), end: from, isCut: false };
    } else if (held > options.bytesMax * lineChunksMax) throw longLine(path, from, held);
    parts = [bytes.subarray(length)];
    held = bytes.length - length;
  }
  const rest = Buffer.concat(parts);
  const length = lengthOfLines(rest, options.isQuoted && !options.isSettled);
  if (length > 0) yield { bytes: rest.subarray(0, length), end: from + length, isCut: false };
  if (rest.length > length && options.isFinished) {
    yield { bytes: rest.subarray(length), end: from + rest.length, isCut: true };
  }
}

/** Returns the first line of a host file with its end; undefined while it has none. */
export async function firstLine(path: string, sizeBytes: number, bytesMax: number): Promise<Uint8Array | undefined> {
  const options = { bytesMax: Math.min(bytesMax, 64 * 1024), isQuoted: true, isSettled: true, isFinished: false };
  for await (const { bytes } of readLines(path, { start: 0, end: sizeBytes }, options)) {
    return bytes.subarray(0, lengthOfLine(bytes));
  }
  return undefined;
}

/** Returns the number of bytes of the whole lines at the start. */
function lengthOfLines(bytes: Uint8Array, isQuoted: boolean): number {
  if (!isQuoted || !bytes.includes(quote)) return bytes.lastIndexOf(newline) + 1;
  let [length, isOpen] = [0, false];
  for (let index = 0; index < bytes.length; index++) {
    if (bytes[index] === quote) isOpen = !isOpen;
    else if (bytes[index] === newline && !isOpen) length = index + 1;
  }
  return length;
}

function lengthOfLine(bytes: Uint8Array): number {
  let isOpen = false;
  for (let index = 0; index < bytes.length; index++) {
    if (bytes[index] === quote) isOpen = !isOpen;
    else if (bytes[index] === newline && !isOpen) return index + 1;
  }
  return bytes.length;
}

function longLine(path: string, offset: number, bytes: number): PondError {
  return new PondError('invalid-content', `the line at byte ${offset} of ${path} has more than ${bytes} bytes`, {
    path,
    hint: 'Choose the lines that the file has: csv, ndjson or text.',
  });
}
