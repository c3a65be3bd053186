/** Writes to targets other than regular files: a named pipe, a device, a stream of this process. */
import { constants, fstatSync, openSync, rmSync, type Stats, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { cancelled, throwIfCancelled } from '../base/cancelled.ts';
import { readHostStream } from './hostStream.ts';
import { errnoOf, raise, storageError } from './storageError.ts';

/** Interval at which a named pipe is polled for a reader, milliseconds. */
const readerPollMs = 20;

/**
 * Writes the content of the file `from` to the pipe, device or stream at `path`. Waits for a reader of a named pipe.
 * Fails `cancelled`, and `storage-failed` when the reader closes it.
 */
export async function writeToStream(from: string, path: string, signal: AbortSignal | undefined): Promise<void> {
  const content = readHostStream(from, 0, Infinity);
  const target = statSync(path, { throwIfNoEntry: false });
  const standard = [process.stdout, process.stderr].find(({ fd }) => isSame(fd, target));
  // Opening by name would refuse a socket, and write a file from its start.
  if (standard !== undefined) return await writeChunks(standard, content, path, signal);
  if (target?.isFIFO() === true) return await writeToPipe(path, content, signal);
  const handle = await open(path, constants.O_WRONLY | constants.O_TRUNC).catch((error: unknown) =>
    raise(error, 'open', path),
  );
  try {
    for await (const chunk of content) {
      throwIfCancelled(signal);
      await handle.writeFile(chunk).catch((error: unknown) => raise(error, 'write', path));
    }
  } finally {
    await handle.close();
  }
}

/** Removes a host file. A missing one is fine; a failure would only hide the original error. */
export function removeHostFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The name marks it as a temporary file.
  }
}

function isSame(descriptor: number, target: Stats | undefined): boolean {
  if (target === undefined) return false;
  try {
    const { dev, ino } = fstatSync(descriptor);
    return dev === target.dev && ino === target.ino;
  } catch {
    // A process may be started without the stream.
    return false;
  }
}

/** A blocking open could not be cancelled, so the pipe is opened once a process reads it. */
async function writeToPipe(
  path: string,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const fd = await openPipe(path, signal);
  const socket = new Socket({ fd, readable: false, writable: true });
  try {
    await writeChunks(socket, content, path, signal);
  } finally {
    socket.destroy();
  }
}

async function openPipe(path: string, signal: AbortSignal | undefined): Promise<number> {
  for (;;) {
    throwIfCancelled(signal);
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (errnoOf(error) !== 'ENXIO') return raise(error, 'open', path);
    }
    await sleep(readerPollMs);
  }
}

async function writeChunks(
  stream: NodeJS.WritableStream,
  content: AsyncIterable<Uint8Array>,
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  let cancel = (): void => {};
  const aborted = new Promise<never>((_, reject) => (cancel = () => reject(cancelled())));
  // It may be rejected during the read of a chunk, when nothing awaits it.
  aborted.catch(() => {});
  // The callback of a write reports its failure.
  const ignore = (): void => {};
  signal?.addEventListener('abort', cancel);
  stream.on('error', ignore);
  try {
    for await (const chunk of content) {
      throwIfCancelled(signal);
      await Promise.race([writeChunk(stream, chunk, path), aborted]);
    }
  } finally {
    stream.off('error', ignore);
    signal?.removeEventListener('abort', cancel);
  }
}

function writeChunk(stream: NodeJS.WritableStream, chunk: Uint8Array, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => {
      if (error) reject(storageError(errnoOf(error) ?? 'EIO', 'write', path, error));
      else resolve();
    });
  });
}
