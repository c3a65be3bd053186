/** Content of a source, checked against the hash and the size that the source states. */
import { createHash } from 'node:crypto';
import { sha256Of } from '../base/sha256.ts';
import { isPondError, PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { type Content } from '../tinyfs/backend.ts';
import { splitPath } from '../tinyfs/path.ts';

/** Facts that a source states about a file. */
export interface StatedContent {
  readonly sizeBytes: number;
  /** Lower-case hex SHA-256. */
  readonly sha256: string;
}

/** Up to this size, one read is faster than a stream. */
const wholeBytesMax = 1024 * 1024;

/**
 * Returns a file's content; a large one as a stream that fails at its end. Fails `pond-damaged` when it is not as
 * stated, naming `location`.
 */
export function checkedFile(disk: Disk, path: string, location: string, stated: StatedContent): Content {
  try {
    const sizeBytes = disk.stat(path)?.sizeBytes;
    if (sizeBytes !== stated.sizeBytes) throw damagedSource(location, sizeProblem(sizeBytes, stated.sizeBytes));
    if (sizeBytes > wholeBytesMax) return checkedStream(disk.readStream(path) ?? [], location, stated);
    return checkedBytes(disk.readFile(path) ?? new Uint8Array(), location, stated);
  } catch (error) {
    throw damagedSource(location, problemIn(error, location), error);
  }
}

/** Returns bytes that are as stated. Fails `pond-damaged`. */
export function checkedBytes(bytes: Uint8Array, path: string, { sizeBytes, sha256 }: StatedContent): Uint8Array {
  if (bytes.length !== sizeBytes) throw damagedSource(path, sizeProblem(bytes.length, sizeBytes));
  const got = sha256Of(bytes);
  if (got !== sha256) throw damagedSource(path, hashProblem(got, sha256));
  return bytes;
}

/** Yields a stream that is as stated. Fails `pond-damaged`, at the latest at its end. */
export async function* checkedStream(
  stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  path: string,
  { sizeBytes, sha256 }: StatedContent,
): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    bytes += chunk.length;
    if (bytes > sizeBytes) throw damagedSource(path, sizeProblem(bytes, sizeBytes));
    yield chunk;
  }
  if (bytes !== sizeBytes) throw damagedSource(path, sizeProblem(bytes, sizeBytes));
  const got = hash.digest('hex');
  if (got !== sha256) throw damagedSource(path, hashProblem(got, sha256));
}

/** Reads content to its end. Returns its first and last four bytes as text, by which Parquet is recognized. */
export async function readThrough(content: Content): Promise<{ readonly first: string; readonly last: string }> {
  let [first, last] = [Buffer.alloc(0), Buffer.alloc(0)];
  for await (const chunk of content instanceof Uint8Array ? [content] : content) {
    if (first.length < 4) first = Buffer.concat([first, chunk.subarray(0, 4)]).subarray(0, 4);
    last = Buffer.concat([last, chunk.subarray(-4)]).subarray(-4);
  }
  return { first: first.toString('latin1'), last: last.toString('latin1') };
}

/** Maximum size of a file that is read into memory as rows. */
export const rowsBytesMax = 256 * 1024 * 1024;

/** Collects content that is read as rows. Fails `pond-damaged` for more than it may have. */
export async function wholeContent(content: Content, path: string): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > rowsBytesMax) throw damagedSource(path, `it has more than ${rowsBytesMax} bytes`);
  }
  return Buffer.concat(chunks);
}

/** Returns the error for damage of a file in the source. */
export function damagedSource(path: string, problem: string, cause?: unknown): PondError {
  const hint = "'pond migrate --skip-damaged' leaves damaged files out, and lists them.";
  return new PondError('pond-damaged', `${path}: ${problem}`, { path, hint, cause });
}

/** Returns what an error says about damage, without the path; rethrows any error that is not about damage. */
export function problemIn(error: unknown, path: string): string {
  const isDamage = isPondError(error, 'pond-damaged') || isPondError(error, 'remote-damaged');
  if (!isDamage && !isPondError(error, 'invalid-content') && !isPondError(error, 'invalid-path')) throw error;
  return error.message.startsWith(`${path}: `) ? error.message.slice(path.length + 2) : error.message;
}

/** Returns why a pond cannot hold a link with that target; undefined when it can. */
export function targetProblem(target: string): string | undefined {
  try {
    splitPath(target);
    return target === '' ? 'a link has no target' : undefined;
  } catch (error) {
    return problemIn(error, target);
  }
}

const hashProblem = (got: string, expected: string): string => `its SHA-256 is ${got}, expected ${expected}`;

function sizeProblem(got: number | undefined, expected: number): string {
  return got === undefined ? 'it is missing' : `it has ${got} bytes, expected ${expected}`;
}
