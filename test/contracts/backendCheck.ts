import { type Backend } from '../../server/src/tinyfs/backend.ts';
import { type WorkingDirectory } from '../../server/src/tinyfs/workingDirectory.ts';

export interface BackendUnderTest {
  /** An empty, writable backend. */
  readonly backend: Backend;
  readonly dispose: () => void | Promise<void>;
}

/** Registers a test that gets the root directory of a backend of its own. */
export type Check = (title: string, run: (root: WorkingDirectory, backend: Backend) => Promise<void>) => void;
