import { isUuid } from '../../documents/fieldTypes.ts';
import { type Resource } from './kind.ts';

/** Name of the document in a resource's home. */
export const documentName = 'resource.yaml';

/** Name of the run records in a resource's home: JSON, one object a line, the newest last. */
export const recordsName = 'runs.jsonl';

/** Where a resource lives: `/Derive/<uuid>`. */
export function resourceDirectory({
  kind,
  id,
}: {
  readonly kind: { readonly kind: string };
  readonly id: string;
}): string {
  return `/${kind.kind}/${id}`;
}

/** How people name a resource: `Derive/daily`. */
export function titleOf({ kind, name }: Pick<Resource, 'kind' | 'name'>): string {
  return `${kind.kind}/${name}`;
}

/** The link that stands for a resource, by its name: `/Derive/daily`. */
export function linkOf(resource: Pick<Resource, 'kind' | 'name'>): string {
  return `/${titleOf(resource)}`;
}

/** Name of what a collector remembers in its home from run to run. */
export const progressName = 'progress.json';

/** True for what stands in a home beside the data: the document, the records, the progress. */
export function isBookkeeping(name: string): boolean {
  return name === documentName || name === recordsName || name === progressName;
}

/** The UUID that a link in a kind's directory leads to; undefined when it leads elsewhere. */
export function idOfTarget(kind: string, target: string): string | undefined {
  const id = target.startsWith(`/${kind}/`) ? target.slice(kind.length + 2) : target.replace(/^\.\//, '');
  return isUuid(id) ? id : undefined;
}
