/** Messages between the extension and the page of the graph. */

/** A resource in the graph. */
export interface GraphNode {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  /** State: determines color and icon. */
  readonly state: 'running' | 'broken' | 'failed' | 'staged' | 'changed' | 'cancelled' | 'skipped' | 'new' | 'ok';
  /** One line below the name. */
  readonly summary: string;
  /** Details, in plain text. */
  readonly tooltip: string;
}

/** Content of the page. `from` and `to` are ids; `from` is an input of `to`. */
export interface GraphState {
  readonly type: 'graph';
  /** Display name of the pond. */
  readonly pond: string;
  /** Host directory of the pond: the page keeps it, so that the graph is there again after a reload. */
  readonly directory: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

export type ToGraphPage = GraphState;

export type FromGraphPage =
  | { readonly type: 'ready' }
  /** Selects the resource in the Resources view. */
  | { readonly type: 'reveal'; readonly id: string }
  | { readonly type: 'open'; readonly id: string };
