import { createHash } from 'node:crypto';
import { isPondError } from '../../../base/error.ts';
import { type HostFileState, hostFileState } from '../../../storage/hostScan.ts';
import { readHostStream } from '../../../storage/hostStream.ts';
import { type Content } from '../../../tinyfs/backend.ts';

/** Reason for skipping a file. Not a PondError: it concerns one host file, not the run. */
export class SkippedFile extends Error {
  /** True when the file changed while it was read: the next run reads it. */
  readonly isMoving: boolean;

  constructor(reason: string, isMoving: boolean) {
    super(reason);
    this.isMoving = isMoving;
  }
}

/** Files up to this size are stored as one chunk, larger ones as a stream. */
const wholeBytesMax = 1024 * 1024;

/** A file in the state in which it was found. */
export interface HostSource {
  readonly hostPath: string;
  readonly state: HostFileState;
}

/** Called between units of work; fails `cancelled`. */
export type YieldToEventLoop = () => Promise<void>;

/**
 * Returns the content of a file. Fails SkippedFile, at its end at the latest, when the file no longer has the state
 * found.
 */
export async function contentOf(source: HostSource, yieldToEventLoop: YieldToEventLoop): Promise<Content> {
  if (source.state.sizeBytes > wholeBytesMax) return steady(source, yieldToEventLoop);
  const chunks: Uint8Array[] = [];
  for await (const chunk of steady(source, yieldToEventLoop)) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

/** Returns the SHA-256 of a file, lower-case hex. Fails as contentOf. */
export async function hashOf(source: HostSource, yieldToEventLoop: YieldToEventLoop): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of steady(source, yieldToEventLoop)) hash.update(chunk);
  return hash.digest('hex');
}

async function* steady({ hostPath, state }: HostSource, yieldToEventLoop: YieldToEventLoop): AsyncIterable<Uint8Array> {
  // One byte past the expected size detects growth; without an end, each small file would take a large chunk.
  const reading = readHostStream(hostPath, 0, state.sizeBytes + 1);
  let sizeBytes = 0;
  try {
    for (;;) {
      await yieldToEventLoop();
      const step: IteratorResult<Uint8Array, unknown> = await reading.next().catch(unreadable);
      if (step.done === true) break;
      sizeBytes += step.value.length;
      if (sizeBytes > state.sizeBytes) break;
      yield step.value;
    }
  } finally {
    await reading.return(undefined);
  }
  if (sizeBytes !== state.sizeBytes || !isSame(stateNow(hostPath), state)) {
    throw new SkippedFile('it changed while it was read; the next run reads it', true);
  }
}

function stateNow(hostPath: string): HostFileState | undefined {
  try {
    return hostFileState(hostPath);
  } catch (error) {
    return unreadable(error);
  }
}

function isSame(now: HostFileState | undefined, then: HostFileState): boolean {
  return now?.sizeBytes === then.sizeBytes && now.modifiedMs === then.modifiedMs && now.changedMs === then.changedMs;
}

function unreadable(error: unknown): never {
  throw isPondError(error) ? new SkippedFile(error.message, false) : error;
}
