import { assert } from '../base/assert.ts';
import { type SourcePosition } from '../base/lineMap.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { createGraph } from '../resources/graph.ts';
import { readResources, resourceOf, resourcesOf } from '../resources/readResource.ts';
import { resourceKinds } from '../resources/registry.ts';
import { linkOf, resourceDirectory, titleOf } from '../resources/model/resourcePath.ts';
import { type Resource } from '../resources/model/kind.ts';
import { readResourceFile } from '../resources/resourceFile.ts';
import { type Planned, type SourceProblem } from './planned.ts';

/**
 * Returns a problem when the planned documents would make a resource of the tree read its own output. A cycle already
 * in the tree does not block other documents.
 */
export async function findCycle(fs: FileSystem, planned: readonly Planned[]): Promise<readonly SourceProblem[]> {
  const present = resourcesOf(await readResources(fs));
  const coming = planned.map((plan) => ({ plan, resource: plannedResource(plan) }));
  const kept = present.filter(
    (old) => !coming.some(({ resource }) => resourceDirectory(resource) === resourceDirectory(old)),
  );
  const cycle = createGraph([...coming.map(({ resource }) => resource), ...kept]).cycle();
  if (cycle === undefined) return [];
  const around = coming.filter(({ resource }) => cycle.paths.some((path) => path.startsWith(`${linkOf(resource)}/`)));
  const own = around.find(({ resource }) => resource === cycle.resource) ?? around[0];
  if (own === undefined) return [];
  const { document, origin } = own.plan;
  const { start, end } = cycle.resource.positions.rangeOf(cycle.pattern.path);
  const moved = (position: SourcePosition): SourcePosition => ({ ...position, line: position.line + document.line });
  const range = own.resource === cycle.resource ? { start: moved(start), end: moved(end) } : document.nameRange;
  const message = `${titleOf(cycle.resource)} reads what is made of itself: ${cycle.paths.join(' → ')}`;
  const hint = 'Narrow one of the patterns so that it leaves the outputs of the others out.';
  return [{ origin, problem: { code: 'resource-cycle', severity: 'error', message, range, hint } }];
}

/** Returns the resource that a planned document declares. */
export function plannedResource({ id, document }: Planned): Resource {
  const [read] = readResourceFile(document.text, resourceKinds);
  const resource = read && resourceOf(read, { id, modifiedUs: 0 });
  assert(resource !== undefined, () => 'a planned document has no errors');
  return resource;
}
