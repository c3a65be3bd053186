/** The requests for mirrors. See commands.ts for the rules common to all requests. */
import { type InPond } from './params.ts';

/** A mirror of the latest commit. */
export interface MirrorInfo {
  /** `KIND/NAME`. */
  readonly resource: string;
  /** `/KIND/<uuid>`. */
  readonly directory: string;
  /** Why it cannot run, in words; null for a document without errors. With one, the fields of the document are ''. */
  readonly problem: string | null;
  /** Absolute host path, and the pond path or pattern. */
  readonly folder: string;
  readonly path: string;
  readonly direction: 'both' | 'out' | 'in';
  /** True when an editor runs it after each change: not in a clone, until it has run there once. */
  readonly isWatched: boolean;
  /** True when the person allowed it to use the folder. */
  readonly isAllowed: boolean;
  readonly isFolderThere: boolean;
  /** Number of files that both sides had after the last round, and of changes that wait in the pond for a decision. */
  readonly files: number;
  readonly waiting: number;
  /** When the sides were last found different or first compared, ISO 8601, UTC; null before the first round. */
  readonly comparedAt: string | null;
}

/** A change that a round would make. */
export interface MirrorChangeInfo {
  /** Path in the folder. */
  readonly path: string;
  readonly side: 'folder' | 'pond';
  readonly change: 'added' | 'changed' | 'removed' | 'renamed' | 'conflict';
  /** Former path, for 'renamed'. */
  readonly from?: string;
}

/** Number of changes of watched folders that a process has seen, and the latest commit. */
interface MirrorMoment {
  readonly changes: number;
  readonly commit: number;
}

/** The requests for mirrors, by name. */
export interface MirrorCommands {
  /**
   * Mirrors of the latest commit, by name; all, also those with errors, when `names` is omitted. Fails
   * `resource-not-found`.
   */
  mirrors: { params: InPond & { readonly names?: readonly string[] }; result: readonly MirrorInfo[] };
  /** The changes that a round would make, and the paths that it would leave. Fails as the run. */
  mirrorPlan: {
    params: InPond & { readonly name: string };
    result: {
      readonly changes: readonly MirrorChangeInfo[];
      readonly skipped: readonly { readonly path: string; readonly reason: string }[];
    };
  };
  /**
   * Returns the present state of the mirrors' folders and of the pond, once it differs from `since`, an earlier result;
   * without `since` at once, and the folders are watched from then on. Returns after a time in any case: after an hour,
   * or sooner when a folder cannot be watched.
   */
  mirrorEvents: {
    params: InPond & { readonly names: readonly string[]; readonly since?: MirrorMoment };
    result: MirrorMoment & { readonly isWatching: boolean };
  };
  /** Forgets the common state: the next round is a first one. `isForgotten` is false when there was none. */
  mirrorStartOver: { params: InPond & { readonly name: string }; result: { readonly isForgotten: boolean } };
}
