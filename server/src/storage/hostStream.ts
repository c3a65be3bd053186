import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type Links, openFileHandle } from './hostOpen.ts';
import { raise } from './storageError.ts';

/** Mode of content that is written once: no program changes it by mistake. */
export const readOnlyMode = 0o444;

const chunkBytes = 1024 * 1024;

/** A named pipe in the place of a file must not block the process until a writer comes. */
const readFlags = constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK);

/** Yields bytes `start` to `end` of a host file, in chunks of at most 1 MiB. The file is open only during the read. */
export async function* readHostStream(
  path: string,
  start: number,
  end: number,
  links: Links = 'followed',
): AsyncGenerator<Uint8Array> {
  const handle = await openFileHandle(path, readFlags, links).catch((error: unknown) => raise(error, 'read', path));
  try {
    for (let position = start; position < end;) {
      const chunk = await readChunk(handle, position, Math.min(chunkBytes, end - position), path);
      if (chunk.length === 0) return;
      position += chunk.length;
      yield chunk;
    }
  } finally {
    await handle.close();
  }
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

async function readChunk(handle: FileHandle, position: number, length: number, path: string): Promise<Uint8Array> {
  // Without zeros, which take as long as the reading.
  const chunk = Buffer.allocUnsafeSlow(length);
  const { bytesRead } = await handle
    .read(chunk, 0, length, position)
    .catch((error: unknown) => raise(error, 'read', path));
  return chunk.subarray(0, bytesRead);
}

async function writeAll(handle: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    done += (await handle.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
  }
}
