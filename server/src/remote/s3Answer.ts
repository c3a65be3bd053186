/** Answers of S3-compatible services, before the client reads them. */
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

interface Answer {
  readonly statusCode: number;
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
