import { type ErrorCode, isPondError } from '../../base/error.ts';

/** An output that a site lacks. */
export interface SkippedOutput {
  readonly path: string;
  /** Why it could not be made: a sentence. */
  readonly reason: string;
}

/** Errors that are not about one output: those of the folder and its disk, and the end of the work. */
const ofTheSite: ReadonlySet<ErrorCode> = new Set([
  'cancelled',
  'path-escapes',
  'already-exists',
  'storage-full',
  'storage-denied',
  'storage-failed',
]);

/** Returns what `work` makes of the output at a path, or why it cannot. Fails as `work` for what is not about the output. */
export async function orSkipped<T>(path: string, work: () => Promise<T>): Promise<T | SkippedOutput> {
  try {
    return await work();
  } catch (error) {
    if (!isPondError(error) || ofTheSite.has(error.code)) throw error;
    return { path, reason: error.message };
  }
}

/** True for an output that could not be made. */
export function isSkipped(made: object): made is SkippedOutput {
  return 'reason' in made;
}
