/**
 * Data flow from the outputs of one resource to the inputs of another. It is derived from the documents alone, so
 * patterns that could match a common path count as if they did.
 */
import { type PondError } from '../base/error.ts';
import { type GlobPart } from '../base/glob.ts';
import { matchPart } from '../base/globPart.ts';
import { splitSheet } from '../documents/sheetPath.ts';
import { type Glob, matchNames, parseGlob } from '../tinyfs/glob.ts';
import { type Flow, type InputPattern, type Resource } from './model/kind.ts';
import { documentError } from './model/documentError.ts';
import { linkOf, resourceDirectory, titleOf } from './model/resourcePath.ts';

/** Dependencies between resources. */
export interface Graph {
  readonly resources: readonly Resource[];
  /** The resources whose outputs a resource reads, excluding itself; in the order of `resources`. */
  sourcesOf(resource: Resource): readonly Resource[];
  /** The resources, each after the resources it reads from, otherwise in the given order. */
  inOrder(): readonly Resource[];
  /** The first flow that depends on itself; undefined if there is none. */
  cycle(): Cycle | undefined;
}

/** Flows that form a cycle. */
interface Cycle {
  /** Outputs of the flows in order, with the first repeated at the end: `/Derive/a/daily/*`. */
  readonly paths: readonly string[];
  /** The pattern that closes the cycle, and its resource. */
  readonly pattern: InputPattern;
  readonly resource: Resource;
}

interface Step {
  readonly resource: Resource;
  readonly flow: Flow;
  readonly reads: readonly { readonly pattern: InputPattern; readonly glob: Glob }[];
  readonly writes: readonly Glob[];
}

/** Returns the graph of resources; each resource occurs once. */
export function createGraph(resources: readonly Resource[]): Graph {
  const steps = resources.flatMap((resource) =>
    resource.kind.flows(resource.spec).map((flow) => stepOf(resource, flow)),
  );
  const edges = new Map(steps.map((step) => [step, sourcesAmong(steps, step)]));
  const sources = new Map<Resource, Set<Resource>>(resources.map((resource) => [resource, new Set()]));
  for (const [step, from] of edges) for (const { source } of from) sources.get(step.resource)?.add(source.resource);

  function sourcesOf(resource: Resource): readonly Resource[] {
    const found = sources.get(resource);
    return resources.filter((other) => other !== resource && found?.has(other) === true);
  }

  function inOrder(): readonly Resource[] {
    const ordered = new Set<Resource>();
    const visit = (resource: Resource, trail: ReadonlySet<Resource>): void => {
      if (ordered.has(resource) || trail.has(resource)) return;
      for (const source of sourcesOf(resource)) visit(source, new Set([...trail, resource]));
      ordered.add(resource);
    };
    for (const resource of resources) visit(resource, new Set());
    return [...ordered];
  }

  function cycle(): Cycle | undefined {
    const done = new Set<Step>();
    const visit = (step: Step, trail: readonly Step[]): Cycle | undefined => {
      if (done.has(step)) return undefined;
      for (const { source, pattern } of edges.get(step) ?? []) {
        const around = [...trail, step];
        const start = around.indexOf(source);
        if (start >= 0) return closed(around.slice(start), step.resource, pattern);
        const found = visit(source, around);
        if (found !== undefined) return found;
      }
      done.add(step);
      return undefined;
    };
    for (const step of steps) {
      const found = visit(step, []);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  return { resources, sourcesOf, inOrder, cycle };
}

/**
 * Returns the resources that read a file, by the names of its paths, and those that read from them, each after those that
 * it reads from.
 */
export function dependentsOf(graph: Graph, paths: readonly string[]): readonly Resource[] {
  const names = paths.map((path) => path.split('/').slice(1));
  const isReader = ({ kind, spec }: Resource): boolean =>
    kind
      .flows(spec)
      .some(({ reads }) =>
        reads.some(({ pattern }) =>
          globsOf(pattern).some((glob) => names.some((path) => matchNames(glob, path) !== undefined)),
        ),
      );
  const found = new Set<Resource>();
  for (const resource of graph.inOrder())
    if (isReader(resource) || graph.sourcesOf(resource).some((source) => found.has(source))) found.add(resource);
  return [...found];
}

/** Returns the error for a cycle, with its path. */
export function cycleError({ paths, pattern, resource }: Cycle): PondError {
  const message = `${titleOf(resource)} reads what is made of itself: ${paths.join(' → ')}`;
  return documentError(resource, 'resource-cycle', message, {
    at: pattern.path,
    hint: 'Narrow one of the patterns so that it leaves the outputs of the others out.',
  });
}

/** A resource that closes a cycle. */
interface CyclicResource {
  readonly resource: Resource;
  readonly error: PondError;
}

/** Resources in an acyclic graph, and the resources excluded because they close a cycle. */
export interface Acyclic {
  readonly graph: Graph;
  readonly cyclic: readonly CyclicResource[];
}

/** Returns the graph of the resources without those that close a cycle. */
export function withoutCycles(all: readonly Resource[]): Acyclic {
  const cyclic: CyclicResource[] = [];
  for (let resources = all; ;) {
    const graph = createGraph(resources);
    const cycle = graph.cycle();
    if (cycle === undefined) return { graph, cyclic };
    cyclic.push({ resource: cycle.resource, error: cycleError(cycle) });
    resources = resources.filter((resource) => resource !== cycle.resource);
  }
}

function stepOf(resource: Resource, flow: Flow): Step {
  return {
    resource,
    flow,
    reads: flow.reads.flatMap((pattern) => globsOf(pattern.pattern).map((glob) => ({ pattern, glob }))),
    writes: [linkOf(resource), resourceDirectory(resource)].map((directory) =>
      parseGlob(`${directory}/${flow.writes}`),
    ),
  };
}

/** The paths that an input may match: those of a pattern, and workbooks without the name of a sheet after them. */
function globsOf(pattern: string): readonly Glob[] {
  const { path, sheet } = splitSheet(pattern);
  return (sheet === undefined ? [pattern] : [pattern, path]).map(parseGlob);
}

/** The steps that a step reads from, each with the pattern that reads it. */
function sourcesAmong(
  steps: readonly Step[],
  { reads }: Step,
): readonly { readonly source: Step; readonly pattern: InputPattern }[] {
  return steps.flatMap((source) => {
    const read = reads.find(({ glob }) => source.writes.some((written) => mayMeet(glob.parts, written.parts)));
    return read === undefined ? [] : [{ source, pattern: read.pattern }];
  });
}

/** The trail runs against the flow: from readers to their sources. */
function closed(trail: readonly Step[], resource: Resource, pattern: InputPattern): Cycle {
  const steps = [...trail].reverse();
  const paths = [...steps, ...steps.slice(0, 1)].map((step) => `${linkOf(step.resource)}/${step.flow.writes}`);
  return { paths, resource, pattern };
}

/** True if a path could match both patterns. Two wildcards in one component are assumed to overlap. */
function mayMeet(a: readonly GlobPart[], b: readonly GlobPart[]): boolean {
  // Memoized: several `**` would otherwise be tried in exponentially many combinations.
  const apart = new Set<number>();
  return meetFrom(0, 0);

  function meetFrom(i: number, j: number): boolean {
    const key = i * (b.length + 1) + j;
    if (apart.has(key)) return false;
    const found = meetHere(i, j);
    if (!found) apart.add(key);
    return found;
  }

  function meetHere(i: number, j: number): boolean {
    const [one, other] = [a[i], b[j]];
    if (one?.kind === 'deep') return meetFrom(i + 1, j) || (other !== undefined && meetFrom(i, j + 1));
    if (other?.kind === 'deep') return meetFrom(i, j + 1) || (one !== undefined && meetFrom(i + 1, j));
    if (one === undefined || other === undefined) return one === other;
    return meets(one, other) && meetFrom(i + 1, j + 1);
  }
}

function meets(a: Exclude<GlobPart, { kind: 'deep' }>, b: Exclude<GlobPart, { kind: 'deep' }>): boolean {
  if (a.kind === 'name') return matchPart(b, a.name) !== undefined;
  return b.kind === 'wild' || matchPart(a, b.name) !== undefined;
}
