import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type Links, openFileHandle } from './hostOpen.ts';
import { PondError } from '../base/error.ts';
import { raise } from './storageError.ts';

/** Mode of content that is written once: no program changes it by mistake. */
export const readOnlyMode = 0o444;

const chunkBytes = 1024 * 1024;

/** Bytes at each end of a chunk that differ in a file that was rewritten, and not in one that grew. */
const sampleBytes = 4096;

/** A named pipe in the place of a file must not block the process until a writer comes. */
const readFlags = constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK);

/** Yields bytes `start` to `end` of a host file, in chunks of at most 1 MiB. The file is open only during the read. */
export function readHostStream(
  path: string,
  start: number,
  end: number,
  links: Links = 'followed',
): AsyncGenerator<Uint8Array> {
  return chunksOf({ path, start, end, links }, (length) => newChunk(length));
}

/**
 * As readHostStream, for large files: all chunks are in the same memory, so each is valid until the next one is asked for.
 * New memory for each chunk takes as long as the reading.
 */
export function scanHostStream(
  path: string,
  start: number,
  end: number,
  links: Links = 'followed',
): AsyncGenerator<Uint8Array> {
  let chunk: Buffer | undefined;
  return chunksOf({ path, start, end, links }, (length) => (chunk ??= newChunk(length)).subarray(0, length));
}

/** Without zeros, which take as long as the reading. */
const newChunk = (length: number): Buffer => Buffer.allocUnsafeSlow(length);

interface StreamRange {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly links: Links;
}

async function* chunksOf(range: StreamRange, memoryOf: (length: number) => Buffer): AsyncGenerator<Uint8Array> {
  const handle = await openToRead(range);
  try {
    yield* chunksIn(handle, range, memoryOf);
  } finally {
    await handle.close();
  }
}

const openToRead = ({ path, links }: Pick<StreamRange, 'path' | 'links'>): Promise<FileHandle> =>
  openFileHandle(path, readFlags, links).catch((error: unknown) => raise(error, 'read', path));

async function* chunksIn(
  handle: FileHandle,
  { path, start, end }: Omit<StreamRange, 'links'>,
  memoryOf: (length: number) => Buffer,
): AsyncGenerator<Uint8Array> {
  for (let position = start; position < end;) {
    const chunk = memoryOf(Math.min(chunkBytes, end - position));
    const { bytesRead } = await handle
      .read(chunk, 0, chunk.length, position)
      .catch((error: unknown) => raise(error, 'read', path));
    if (bytesRead === 0) return;
    position += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

/**
 * Yields the bytes that a host file has when it is opened; a log may grow meanwhile. Fails `content-changed` at the end when
 * the file was written to in another way: its bytes may be of two contents.
 */
export async function* readGrowingStream(path: string): AsyncGenerator<Uint8Array> {
  const handle = await openToRead({ path, links: 'followed' });
  try {
    const before = await handle.stat({ bigint: true });
    const range = { path, start: 0, end: Number(before.size) };
    const samples: Sample[] = [];
    let start = 0;
    for await (const chunk of chunksIn(handle, range, newChunk)) {
      samples.push(...samplesOf(chunk, start));
      start += chunk.length;
      yield chunk;
    }
    const { size, mtimeNs } = await handle.stat({ bigint: true });
    if (size === before.size && mtimeNs === before.mtimeNs) return;
    if (size > before.size && (await hasSamples(handle, path, samples))) return;
    throw new PondError('content-changed', `${path} was written to while it was read`, {
      path,
      hint: 'Repeat it when no program writes the file.',
    });
  } finally {
    await handle.close();
  }
}

/** Bytes of a file at a position. */
interface Sample {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Copies of the first and the last bytes of a chunk. */
function samplesOf(chunk: Uint8Array, start: number): readonly Sample[] {
  const last = Math.max(0, chunk.length - sampleBytes);
  return [0, last].map((at) => ({ start: start + at, bytes: new Uint8Array(chunk.subarray(at, at + sampleBytes)) }));
}

/** True for a file that has the samples where they were read: one that only grew. */
async function hasSamples(handle: FileHandle, path: string, samples: readonly Sample[]): Promise<boolean> {
  for (const { start, bytes } of samples) {
    const now: Uint8Array[] = [];
    const end = start + bytes.length;
    for await (const chunk of chunksIn(handle, { path, start, end }, newChunk)) now.push(chunk);
    if (Buffer.compare(Buffer.concat(now), bytes) !== 0) return false;
  }
  return true;
}

/**
 * Creates a read-only host file from `content`, flushes it and returns its size in bytes. A failure leaves a partial
 * file.
 */
export async function writeHostStream(path: string, content: AsyncIterable<Uint8Array>): Promise<number> {
  const handle = await open(path, 'wx', readOnlyMode).catch((error: unknown) => raise(error, 'create', path));
  try {
    let sizeBytes = 0;
    for await (const chunk of content) {
      await writeAll(handle, chunk, sizeBytes).catch((error: unknown) => raise(error, 'write', path));
      sizeBytes += chunk.length;
    }
    await handle.datasync().catch((error: unknown) => raise(error, 'flush', path));
    return sizeBytes;
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    done += (await handle.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
  }
}
