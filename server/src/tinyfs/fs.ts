import { type Backend } from './backend.ts';
import { WorkingDirectory } from './workingDirectory.ts';

/** A file system: a tree of nodes in a backend. All access goes through a working directory. */
export class FileSystem {
  readonly backend: Backend;

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** False for an old version and for a pond opened for reading: changes fail `read-only`. */
  get writable(): boolean {
    return this.backend.writable;
  }

  /** Returns the working directory at '/'. Reads nothing. */
  root(): Promise<WorkingDirectory> {
    return Promise.resolve(new WorkingDirectory(this.backend, []));
  }
}
