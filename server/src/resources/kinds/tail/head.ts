/** Lines that precede the rows of a CSV file, which is read again with each part of the rows. */
import { PondError } from '../../../base/error.ts';
import { readHostStream } from '../../../storage/hostStream.ts';
import { lengthOfLine, type LogContent } from './chunks.ts';
import { type LinesSpec } from './spec.ts';

/** The lines that name the columns of a file. */
interface Head {
  /** Empty when the document names the columns. */
  readonly bytes: Uint8Array;
  /** Offset of the first row. */
  readonly end: number;
}

/** Bytes to look at first, and at most. */
const [firstBytes, bytesMax] = [64 * 1024, 16 * 1024 * 1024];

const newline = 0x0a;

/**
 * Reads the head of a host file, or a later one at an offset; undefined while the file does not have all of it. Fails
 * `invalid-content` when the head is longer than 16 MiB.
 */
export async function readHead(
  { path, sizeBytes }: LogContent,
  spec: HeadSpec,
  at: number | undefined,
): Promise<Head | undefined> {
  const start = at ?? 0;
  // Lines to skip are above the first header.
  const own = at === undefined ? spec : { ...spec, format: { ...spec.format, skip: 0 } };
  for (let size = firstBytes; ; size *= 4) {
    const parts: Uint8Array[] = [];
    for await (const part of readHostStream(path, start, Math.min(start + size, sizeBytes))) parts.push(part);
    const head = headIn(Buffer.concat(parts), own);
    if (head !== undefined) return { bytes: head.bytes, end: start + head.end };
    if (start + size >= sizeBytes) return undefined;
    if (size >= bytesMax) throw longHead(path);
  }
}

/** The options of a document that decide what the head is. */
type HeadSpec = Pick<LinesSpec, 'names' | 'format'>;

/** Returns the character that encloses texts, as a byte; undefined without one, and for one that is not ASCII. */
export function quoteOf({ format }: Pick<LinesSpec, 'format'>): number | undefined {
  const [byte, ...more] = Buffer.from(format?.quote ?? '"');
  return more.length === 0 ? byte : undefined;
}

function headIn(bytes: Uint8Array, { names, format = {} }: HeadSpec): Head | undefined {
  const { skip = 0, comment = '', units = false, below = 0 } = format;
  const quote = quoteOf({ format });
  let at = 0;
  for (let line = 0; line < skip; line++) {
    at = bytes.indexOf(newline, at) + 1;
    if (at === 0) return undefined;
  }
  const wanted = names !== undefined ? 0 : 1 + (units ? 1 : 0) + below;
  const lines: Uint8Array[] = [];
  while (lines.length < wanted) {
    const rest = bytes.subarray(at);
    const isComment = comment !== '' && startsWith(rest, comment);
    const length = lengthOfLine(rest, isComment ? undefined : quote);
    if (length === 0) return undefined;
    if (!isComment) lines.push(rest.subarray(0, length));
    at += length;
  }
  return { bytes: Buffer.concat(lines), end: at };
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  const start = Buffer.from(text);
  return Buffer.compare(bytes.subarray(0, start.length), start) === 0;
}

function longHead(path: string): PondError {
  return new PondError('invalid-content', `the first line of ${path} does not end within ${bytesMax} bytes`, {
    path,
    hint: 'Choose the lines that the file has: csv, ndjson or text.',
  });
}
