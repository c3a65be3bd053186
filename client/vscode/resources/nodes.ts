import { type OutputInfo, type ProblemInfo, type ResourceInfo } from '../../../server/src/protocol/resources.ts';

/** A row of the Resources view. */
export type ViewNode =
  | { readonly type: 'pond'; readonly pond: string }
  /** In place of rows that could not be had: `of` is what of. */
  | { readonly type: 'failure'; readonly pond: string; readonly of: string; readonly message: string }
  | { readonly type: 'kind'; readonly pond: string; readonly kind: string; readonly resources: readonly ResourceInfo[] }
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
    };

/** What tells a row from all others, and is the same for it after the resources were read anew. */
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

/** The rows of a pond's resources, by kind, in the order in which the server tells them. */
export function kindNodes(pond: string, resources: readonly ResourceInfo[]): readonly ViewNode[] {
  const kinds = [...new Set(resources.map(({ kind }) => kind))];
  return kinds.map((kind) => ({ type: 'kind', pond, kind, resources: resources.filter((one) => one.kind === kind) }));
}

/** The rows below a resource: what keeps it from working, then what it holds. */
export function resourceChildren(node: Extract<ViewNode, { type: 'resource' }>): readonly ViewNode[] {
  const { pond, resource } = node;
  return [
    ...resource.problems.map((problem, index): ViewNode => ({ type: 'problem', pond, resource, problem, index })),
    ...resource.outputs.map((output): ViewNode => ({ type: 'output', pond, output, parent: node })),
  ];
}

/** The resources that rows stand for: a kind stands for all of its. */
export function resourcesOf(nodes: readonly ViewNode[]): readonly ResourceInfo[] {
  const found = nodes.flatMap((node) => {
    if (node.type === 'kind') return node.resources;
    return node.type === 'resource' || node.type === 'problem' ? [node.resource] : [];
  });
  return found.filter(({ id }, index) => found.findIndex((other) => other.id === id) === index);
}
