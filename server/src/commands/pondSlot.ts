import { createMutex, type Mutex } from '../base/mutex.ts';
import { type PondSession } from './session.ts';

/** A directory, and this process's session of its pond, if any. */
export interface PondSlot {
  readonly directory: string;
  /** Names by which callers know the directory. */
  readonly names: Set<string>;
  /** Warnings of the opening already sent to listeners. */
  readonly warned: Set<string>;
  /** Orders the requests for the session. */
  readonly mutex: Mutex;
  session: PondSession | undefined;
}

/** Returns the slot of a directory that is not open. */
export function newSlot(directory: string): PondSlot {
  return { directory, names: new Set(), warned: new Set(), mutex: createMutex(), session: undefined };
}
