import { type Derive } from './derived.ts';
import { type ScalarNode } from './node.ts';
import { type Resource } from './resource.ts';
import { type Run } from './running.ts';
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
  /** What flows through it, told of the document alone. The order of runs and the cycles come from it. */
  readonly flows: (resource: Resource) => readonly Flow[];
  /** What it derives; undefined for a kind that derives nothing. Loaded when a home of the kind is first looked into. */
  readonly derive?: () => Promise<Derive>;
  /** What a run does; undefined for a kind of which a run makes what it derives. Loaded when it first runs. */
  readonly run?: () => Promise<Run>;
}

/** Something that a resource makes, with what it makes it of. */
export interface Flow {
  /** Pattern of the paths below the home that it writes: `daily/*`; `**` for all of it. */
  readonly writes: string;
  /** Patterns of pond paths, as the document has them; none for what comes from outside of the pond. */
  readonly reads: readonly ScalarNode[];
}
