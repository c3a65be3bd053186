/** Bodies of requests, with the hashes by which a store verifies them. */
import { Readable } from 'node:stream';
import { throwIfCancelled } from '../base/cancelled.ts';
import { type Bandwidth } from './bandwidth.ts';
import { createMd5 } from './s3Tags.ts';

/** A body on its way, of one attempt. */
interface SentBody {
  readonly stream: Readable;
  /** Aborted when the content fails to be read, or with the signal of the request. */
  readonly signal: AbortSignal;
  /** Returns the MD5 of what was sent, in hexadecimal; called once, after the last byte. */
  readonly md5: () => string | undefined;
  /** Throws the error of the content, if it failed; frees what the stream holds. */
  readonly end: () => void;
}

/** Reports bytes of an object once, however often they are sent. */
export class SentBytes {
  readonly #onBytes: ((bytes: number) => void) | undefined;
  #reported = 0;

  constructor(onBytes: ((bytes: number) => void) | undefined) {
    this.#onBytes = onBytes;
  }

  /** Reports that all bytes up to `position` were sent or received. */
  reach(position: number): void {
    if (position <= this.#reported) return;
    this.#onBytes?.(position - this.#reported);
    this.#reported = position;
  }
}

/**
 * Starts to send `content`, whose hash is `sha256`. The client does not notice when its body fails, so the request is
 * aborted then.
 */
export function sendBody(
  content: AsyncIterable<Uint8Array>,
  options: {
    readonly sha256: string;
    readonly progress: SentBytes;
    readonly signal: AbortSignal | undefined;
    readonly bandwidth: Bandwidth | undefined;
  },
): SentBody {
  const { sha256, progress, signal, bandwidth } = options;
  const controller = new AbortController();
  const combined = signal === undefined ? controller.signal : AbortSignal.any([controller.signal, signal]);
  const md5 = createMd5();
  let failure: { readonly error: unknown } | undefined;
  const read = async function* (): AsyncGenerator<Uint8Array> {
    let position = 0;
    for await (const chunk of bandwidth?.limit(content, combined) ?? content) {
      throwIfCancelled(signal);
      if (chunk.length === 0) continue;
      position += chunk.length;
      md5?.update(chunk);
      progress.reach(position);
      yield chunk;
    }
  };
  const stream = Readable.from(read(), { objectMode: false });
  hashes.set(stream, sha256);
  stream.on('error', (error) => {
    if (!combined.aborted) failure = { error };
    controller.abort();
  });
  return {
    stream,
    signal: combined,
    md5: () => md5?.digest('hex'),
    end: () => {
      stream.destroy();
      if (failure !== undefined) throw failure.error;
    },
  };
}

/** Yields bytes in chunks of 64 KiB, for progress and limits of bandwidth. */
export async function* slicesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield await Promise.resolve(bytes.subarray(at, at + 65_536));
}

/** Hashes of the bodies that are on their way. */
const hashes = new WeakMap<object, string>();

/** A request before it is signed. */
interface UnsignedRequest {
  readonly body?: unknown;
  readonly headers: Record<string, string>;
}

/**
 * Makes the hash of a body the one that is signed: any store that checks signatures refuses other content, also one that
 * does not know `x-amz-checksum-sha256`.
 */
export function signContent(request: unknown): void {
  if (!isUnsigned(request) || typeof request.body !== 'object' || request.body === null) return;
  const sha256 = hashes.get(request.body);
  if (sha256 !== undefined) request.headers['x-amz-content-sha256'] = sha256;
}

function isUnsigned(request: unknown): request is UnsignedRequest {
  return typeof request === 'object' && request !== null && 'headers' in request;
}

/** Base64 of a hash in hexadecimal, as headers have it. */
export function base64Of(sha256: string): string {
  return Buffer.from(sha256, 'hex').toString('base64');
}
