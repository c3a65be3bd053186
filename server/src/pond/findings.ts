import { isPondError } from '../base/error.ts';
import { type Add } from '../delta/actions.ts';
import { decodePath, isInsideTable } from '../delta/dataPath.ts';
import { sha256Tag } from '../delta/log.ts';

/** Options of a check of the whole history. */
export interface HistoryCheckOptions {
  /** True for the log, the chain, and the presence and sizes of files alone. */
  readonly isQuick?: boolean;
  /** Called often, with what is done; it throws `cancelled` to end the check. */
  readonly onProgress?: OnProgress;
}

/** Blobs, each counted once, that a thin clone left at its origin: a check does not fetch them. */
export interface AbsentBlobs {
  readonly blobs: number;
  readonly bytes: number;
}

/** Called with the number of nodes of a tree that were checked so far, and with the blobs that were absent. */
export type OnTreeProgress = (checked: number, absent: AbsentBlobs) => void;

export type OnProgress = (checked: number, total: number) => void;

/** Result of a check of the whole history. */
export interface CheckReport {
  /** Sentences; none for a sound pond. */
  readonly problems: readonly string[];
  /** Files whose content is missing or another than it should be, each once. */
  readonly damagedFiles: readonly ExpectedFile[];
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
  /** Undefined where no blob is absent. */
  readonly absent?: AbsentBlobs;
}

/** A file that was restored. */
export interface RestoredFile {
  /** Relative to the pond's host directory. */
  readonly path: string;
  /** Host directory of the copy; undefined for what follows from other files of the pond. */
  readonly from: string | undefined;
  /** Path of what was there before; undefined when nothing was. */
  readonly quarantined: string | undefined;
}

/** Result of a repair. */
export interface RepairReport {
  readonly restored: readonly RestoredFile[];
  /** Why files of copies were not taken, as sentences. */
  readonly refused: readonly string[];
  /** Problems that a check finds afterwards, as sentences; none for a sound pond. */
  readonly problems: readonly string[];
}

/** A data file or a blob, and the content that it should have. */
export interface ExpectedFile {
  /** Relative to the disk of the pond. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * Returns the data file of an action; undefined for one without a hash, outside the table, or in a folder that is not
 * for data: the log may come from anybody.
 */
export function expectedDataFile({ path: uri, size, tags }: Add): ExpectedFile | undefined {
  const path = decodePath(uri);
  const sha256 = tags?.[sha256Tag];
  if (typeof sha256 !== 'string' || !isInsideTable(path) || /^[_.]/.test(path)) return undefined;
  return { path, sizeBytes: size, sha256 };
}

/** Problems that a check found, as sentences, and the files that have them. */
export class Findings {
  readonly problems: string[] = [];

  readonly #damagedFiles = new Map<string, ExpectedFile>();

  get damagedFiles(): readonly ExpectedFile[] {
    return [...this.#damagedFiles.values()];
  }

  /** Adds a problem, of a file where it is one of its content. */
  add(problem: string, file?: ExpectedFile): void {
    this.problems.push(problem);
    if (file !== undefined) this.#damagedFiles.set(file.path, file);
  }

  /** Does a part of the check; its failure is a problem of `what`, and the check goes on. Fails `cancelled`. */
  async attempt(what: string, work: () => unknown, file?: ExpectedFile): Promise<void> {
    try {
      await work();
    } catch (error) {
      // A canceled check must not report damage.
      if (!isPondError(error) || error.code === 'cancelled') throw error;
      this.add(`${what}: ${error.message}`, file);
    }
  }

  expect(what: string, got: string, expected: string, file?: ExpectedFile): void {
    if (got !== expected) this.add(`${what}: its hash is ${got}, and should be ${expected}`, file);
  }
}
