import { type OutputInfo, type ProblemInfo, type ResourceInfo } from '../../../server/src/protocol/resources.ts';

/** The row of a kind. Its resources are those that are known at the time, so that it need not be drawn again with them. */
interface KindNode {
  readonly type: 'kind';
  readonly pond: string;
  readonly kind: string;
}

/** A row of the Resources view. */
export type ViewNode =
  | { readonly type: 'pond'; readonly pond: string }
  /** Shown instead of rows that failed to load; `of` names their parent. */
  | { readonly type: 'failure'; readonly pond: string; readonly of: string; readonly message: string }
  | KindNode
  | { readonly type: 'resource'; readonly pond: string; readonly resource: ResourceInfo }
  | {
      readonly type: 'problem';
      readonly pond: string;
      readonly resource: ResourceInfo;
      readonly problem: ProblemInfo;
      readonly index: number;
    }
  | {
      readonly type: 'output';
      readonly pond: string;
      readonly output: OutputInfo;
      readonly parent: ViewNode;
      /** Latest time of a series, ISO 8601, UTC; null when it is not known, undefined when nothing asked for it. */
      readonly latest?: string | null;
    };

/** Unique id of a row, stable when the resources are reloaded. */
export function nodeId(node: ViewNode): string {
  switch (node.type) {
    case 'pond':
      return `pond ${node.pond}`;
    case 'failure':
      return `failure ${node.pond} ${node.of}`;
    case 'kind':
      return `kind ${node.pond} ${node.kind}`;
    case 'resource':
      return `resource ${node.pond} ${node.resource.id}`;
    case 'problem':
      return `problem ${node.pond} ${node.resource.id} ${node.index}`;
    case 'output':
      return `output ${node.pond} ${node.output.path}`;
  }
}

/** Names with numbers are in the order of the numbers, as in the explorer: `station-2` comes before `station-10`. */
const byName = new Intl.Collator('en', { numeric: true });

/** Rows of the kinds of a pond's resources, in the order of the server. */
export function kindNodes(pond: string, resources: readonly ResourceInfo[]): readonly KindNode[] {
  const kinds = [...new Set(resources.map(({ kind }) => kind))];
  return kinds.map((kind) => ({ type: 'kind', pond, kind }));
}

/** Rows below a kind, by name. */
export function resourceNodes({ pond, kind }: KindNode, resources: readonly ResourceInfo[]): readonly ViewNode[] {
  const ofKind = resources.filter((one) => one.kind === kind).sort((a, b) => byName.compare(a.name, b.name));
  return ofKind.map((resource) => ({ type: 'resource', pond, resource }));
}

/** Rows below a resource: its problems, then its outputs. */
export function resourceChildren(node: Extract<ViewNode, { type: 'resource' }>): readonly ViewNode[] {
  const { pond, resource } = node;
  return [
    ...resource.problems.map((problem, index): ViewNode => ({ type: 'problem', pond, resource, problem, index })),
    ...resource.outputs.map((output): ViewNode => ({ type: 'output', pond, output, parent: node })),
  ];
}

/** Resources that rows represent: a kind represents all of its resources, of those of its pond. */
export function resourcesOf(
  nodes: readonly ViewNode[],
  known: (pond: string) => readonly ResourceInfo[],
): readonly ResourceInfo[] {
  const resources = nodes.flatMap((node) => {
    if (node.type === 'kind') return known(node.pond).filter(({ kind }) => kind === node.kind);
    return node.type === 'resource' || node.type === 'problem' ? [node.resource] : [];
  });
  return resources.filter(({ id }, index) => resources.findIndex((other) => other.id === id) === index);
}
