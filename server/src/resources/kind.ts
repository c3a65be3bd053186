import { type ObjectShape } from './shape.ts';

/** All that the pond knows about one kind of resource. Each kind is one file under kinds/. */
export interface ResourceKind {
  /** As written after `kind:`. */
  readonly kind: string;
  /** What it does, in one sentence without a full stop, beginning with a verb: "copies files of the host". */
  readonly summary: string;
  /** More about it, in Markdown. */
  readonly doc: string;
  readonly spec: ObjectShape;
  /** A complete document that has no problems. */
  readonly example: string;
}
