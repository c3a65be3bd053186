/** What the extension and the page of the graph tell each other. */

/** A resource as the picture has it. */
export interface GraphNode {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  /** What it is at: decides color and sign. */
  readonly state: 'running' | 'broken' | 'failed' | 'staged' | 'changed' | 'cancelled' | 'skipped' | 'new' | 'ok';
  /** One line below the name. */
  readonly summary: string;
  /** More about it, in plain text. */
  readonly tooltip: string;
}

/** All that the page shows. `from` and `to` are ids; what is read stands before what reads it. */
export interface GraphState {
  readonly type: 'graph';
  /** What people call the pond. */
  readonly pond: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

export type ToGraphPage = GraphState;

export type FromGraphPage =
  | { readonly type: 'ready' }
  /** Selects the resource in the view. */
  | { readonly type: 'reveal'; readonly id: string }
  | { readonly type: 'open'; readonly id: string };
