/** Contents of any size, whose bytes are reported while they are read, and which stop when a person cancels. */
import { setImmediate } from 'node:timers/promises';
import { byteProgress } from '../base/byteProgress.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { type Job } from '../base/job.ts';
import { type Content } from '../tinyfs/backend.ts';

/**
 * Bytes after which they are reported, and the event loop gets a turn: a decompressor gives many without one, and no signal
 * would arrive.
 */
const turnBytes = 16 * 1024 * 1024;

/** Treatment of a content. */
interface ContentStep {
  /** For people, such as `checking /data/a.csv`. */
  readonly step: string;
  /** Undefined where the source does not state it. */
  readonly sizeBytes: number | undefined;
}

/** Returns the same content; a stream reports its bytes, fails `cancelled` once the signal is aborted, and as it does. */
export function followed(content: Content, job: Job, step: ContentStep): Content {
  return content instanceof Uint8Array ? content : followedStream(content, job, step);
}

/** As `followed`. */
export async function* followedStream(
  stream: AsyncIterable<Uint8Array>,
  job: Job,
  step: ContentStep,
): AsyncGenerator<Uint8Array> {
  const follow = contentFollower(job, step);
  for await (const part of stream) {
    await follow(part);
    yield part;
  }
}

/** Returns a function that takes the parts of a content, reports their bytes, and fails `cancelled`. */
export function contentFollower(
  { signal, progress }: Job,
  { step, sizeBytes }: ContentStep,
): (part: Uint8Array) => Promise<void> {
  const report = byteProgress(progress);
  let [bytes, reported] = [0, 0];
  return async (part) => {
    bytes += part.length;
    if (bytes - reported < turnBytes) return;
    reported = bytes;
    report(step, bytes, sizeBytes);
    await setImmediate();
    throwIfCancelled(signal, 'the migration');
  };
}
