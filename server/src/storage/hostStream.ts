import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type Links, openFileHandle } from './hostOpen.ts';
import { PondError } from '../base/error.ts';
import { sha256Of } from '../base/sha256.ts';
import { raise } from './storageError.ts';

/** Mode of content that is written once: no program changes it by mistake. */
export const readOnlyMode = 0o444;

const chunkBytes = 1024 * 1024;

/** Bytes at each end of a part by which a file that was rewritten differs from one that grew. */
const endBytes = 4096;

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
    const parts: ReadPart[] = [];
    let start = 0;
    for await (const chunk of chunksIn(handle, range, newChunk)) {
      const { length } = chunk;
      parts.push({
        start,
        length,
        hash: sha256Of(Buffer.concat(endsOf(length).map((ends) => chunk.subarray(...ends)))),
      });
      start += length;
      yield chunk;
    }
    const { size, mtimeNs } = await handle.stat({ bigint: true });
    if (size === before.size && mtimeNs === before.mtimeNs) return;
    if (size > before.size && (await hasParts(handle, path, parts))) return;
    throw new PondError('content-changed', `${path} was written to while it was read`, {
      path,
      hint: 'Repeat it when no program writes the file.',
    });
  } finally {
    await handle.close();
  }
}

/** A part of a file that was read, and the hash of its ends: the bytes themselves would fill memory for a large file. */
interface ReadPart {
  readonly start: number;
  readonly length: number;
  readonly hash: string;
}

/** The first and the last bytes of a part. */
const endsOf = (length: number): readonly (readonly [start: number, end: number])[] => [
  [0, Math.min(endBytes, length)],
  [Math.max(0, length - endBytes), length],
];

/** True for a file whose parts have the same ends as when they were read: one that only grew. */
async function hasParts(handle: FileHandle, path: string, parts: readonly ReadPart[]): Promise<boolean> {
  for (const part of parts) {
    const now: Uint8Array[] = [];
    for (const [from, to] of endsOf(part.length)) {
      const range = { path, start: part.start + from, end: part.start + to };
      for await (const chunk of chunksIn(handle, range, newChunk)) now.push(chunk);
    }
    if (sha256Of(Buffer.concat(now)) !== part.hash) return false;
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
