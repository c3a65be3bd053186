/** Differences between two trees. */
import { type Node } from '../tinyfs/backend.ts';

type ChangeKind = 'added' | 'modified' | 'removed' | 'renamed';

/** One difference between two trees, at a path. Directories appear only when they were added, removed or renamed. */
export interface Change {
  readonly kind: ChangeKind;
  /** Absolute pond path: of the newer side, or of the removed node. */
  readonly path: string;
  /** For 'renamed': the former path. */
  readonly from?: string;
  readonly before: Node | undefined;
  readonly after: Node | undefined;
}

/** A staged change whose path was changed by another commit since it was staged. */
export interface Conflict {
  readonly path: string;
  /** The base of the staged change, what is committed now, what is staged. */
  readonly base: Node | undefined;
  readonly committed: Node | undefined;
  readonly staged: Node | undefined;
}

export interface PathEvent {
  readonly kind: 'created' | 'changed' | 'deleted';
  readonly path: string;
}
