import { isPondError } from '../base/error.ts';

/** Options of a check of the whole history. */
export interface HistoryCheckOptions {
  /** True for the log, the chain, and the presence and sizes of files alone. */
  readonly isQuick?: boolean;
  /** Called often, with what is done; it throws `cancelled` to end the check. */
  readonly onProgress?: (checked: number, total: number) => void;
}

/** Result of a check of the whole history. */
export interface CheckReport {
  /** Sentences; none for a sound pond. */
  readonly problems: readonly string[];
  readonly checked: {
    readonly commits: number;
    /** Commits that have a hash: those from before there was a chain have none. */
    readonly chained: number;
    readonly dataFiles: number;
    readonly rows: number;
    readonly blobs: number;
    /** Bytes of data files and blobs. */
    readonly bytes: number;
  };
}

/** Problems that a check found, as sentences. */
export class Findings {
  readonly problems: string[] = [];

  add(problem: string): void {
    this.problems.push(problem);
  }

  /** Does a part of the check; its failure is a problem of `what`, and the check goes on. Fails `cancelled`. */
  async attempt(what: string, work: () => unknown): Promise<void> {
    try {
      await work();
    } catch (error) {
      // A canceled check must not report damage.
      if (!isPondError(error) || error.code === 'cancelled') throw error;
      this.add(`${what}: ${error.message}`);
    }
  }

  expect(what: string, got: string, expected: string): void {
    if (got !== expected) this.add(`${what}: its hash is ${got}, and should be ${expected}`);
  }
}
