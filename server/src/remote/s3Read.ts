/** Reads objects of a bucket as streams that survive a broken connection. */
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { PondError } from '../base/error.ts';
import { isMissing, isPastEnd } from './s3Failure.ts';

/** The content of an object from some byte on. */
export interface OpenedObject {
  readonly chunks: AsyncIterator<Uint8Array>;
  /** The first chunk, or the end. */
  readonly first: IteratorResult<Uint8Array>;
  /** Size of the whole object, bytes. */
  readonly sizeBytes: number;
  /** Changes with the content. */
  readonly etag: string | undefined;
}

/**
 * Opens an object at a byte, and waits for the first bytes. Undefined when it is missing; at or past its end there are
 * no bytes. Throws what the client throws, and `remote-failed` for an answer that is not about those bytes.
 */
export async function openObject(
  client: S3Client,
  {
    bucket,
    key,
    start,
    what,
  }: { readonly bucket: string; readonly key: string; readonly start: number; readonly what: string },
  signal: AbortSignal | undefined,
): Promise<OpenedObject | undefined> {
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...(start > 0 && { Range: `bytes=${start}-` }) });
  try {
    const { Body, ContentLength, ContentRange, ETag } = await client.send(command, signal && { abortSignal: signal });
    if (!(Body instanceof Readable)) throw nonsense(what, 'without content');
    if (ContentLength === undefined) {
      Body.destroy();
      throw nonsense(what, 'without a size');
    }
    if (start > 0 && ContentRange?.startsWith(`bytes ${start}-`) !== true) {
      Body.destroy();
      throw nonsense(what, 'with other bytes than the requested range');
    }
    const chunks: AsyncIterator<Uint8Array> = Body.iterator();
    return { chunks, first: await chunks.next(), sizeBytes: start + ContentLength, etag: ETag };
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (start === 0 || !isPastEnd(error)) throw error;
    const chunks = noChunks();
    return { chunks, first: await chunks.next(), sizeBytes: start, etag: undefined };
  }
}

/** Yields the chunks of an opened object. Stopping early closes the connection. */
export async function* chunksOf({ chunks, first }: OpenedObject): AsyncGenerator<Uint8Array> {
  try {
    for (let next = first; next.done !== true; next = await chunks.next()) yield next.value;
  } finally {
    await chunks.return?.();
  }
}

async function* noChunks(): AsyncGenerator<Uint8Array> {}

function nonsense(what: string, how: string): PondError {
  return new PondError('remote-failed', `${what}: the store answered ${how}`);
}
