/**
 * Answers of S3-compatible services, before the client reads them. The client takes any answer of status 200 for success:
 * also the sign-in page of a network, which stored nothing.
 */
import { pipeline, Readable, Transform, type TransformCallback } from 'node:stream';
import { PondError } from '../base/error.ts';

/** Bytes of an answer that is not the content of an object: a page of a listing has a tenth of them. */
const answerBytesMax = 16 * 1024 * 1024;

/**
 * Bounds the body of an answer that the client reads whole: of all but the content of an object. Reading more fails
 * `remote-failed`; a service could send without end.
 */
export function boundAnswer(response: unknown, isContent: boolean): void {
  if (!isAnswer(response) || !(response.body instanceof Readable)) return;
  if (isContent && response.statusCode < 300) return;
  let bytes = 0;
  const bounded = new Transform({
    transform(chunk: Uint8Array, _encoding, done: TransformCallback) {
      bytes += chunk.length;
      if (bytes <= answerBytesMax) done(null, chunk);
      else done(tooLarge());
    },
  });
  // An error of either reaches the client through the bounded stream.
  pipeline(response.body, bounded, () => undefined);
  response.body = bounded;
}

/** An answer that no store gives: something else received the request, and whether it was carried out is unknown. */
export class ForeignAnswer extends Error {
  /** `got` completes "expected … of a store, got". */
  constructor(expected: string, got: string) {
    super(`expected ${expected} of a store, got ${got}`);
    this.name = 'ForeignAnswer';
  }
}

/** Requests whose answer has the tag of an object. */
const tagged = new Set(['PutObjectCommand', 'UploadPartCommand', 'HeadObjectCommand', 'GetObjectCommand']);
/** Requests whose answer is empty. */
const empty = new Set(['DeleteObjectCommand', 'AbortMultipartUploadCommand']);

/**
 * Fails ForeignAnswer for an answer of success whose headers are not those of a store. Answers that are XML are checked
 * by those who read them.
 */
export function requireStoreAnswer(response: unknown, commandName: string): void {
  if (!isAnswer(response) || response.statusCode >= 300) return;
  const { statusCode, headers = {} } = response;
  const type = headers['content-type'] ?? 'no type';
  const got = `status ${statusCode} and content of ${type}`;
  if (tagged.has(commandName) && (headers['etag'] ?? '') === '') throw new ForeignAnswer('the tag (ETag)', got);
  const isEmpty = statusCode === 204 || Number(headers['content-length'] ?? 0) === 0;
  if (empty.has(commandName) && !isEmpty) throw new ForeignAnswer('the empty answer', got);
}

interface Answer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  body?: unknown;
}

function isAnswer(response: unknown): response is Answer {
  return typeof response === 'object' && response !== null && 'statusCode' in response && 'body' in response;
}

function tooLarge(): PondError {
  return new PondError(
    'remote-failed',
    `a store answered with more than ${answerBytesMax} bytes where few are expected`,
    {
      hint: 'Check the address of the store: another program may answer there.',
    },
  );
}
