import { isUuid } from '../../documents/fieldTypes.ts';
import { type Resource } from './kind.ts';

/** Name of the document in a resource directory. */
export const documentName = 'resource.yaml';

/** Name of the run records in a resource directory: JSON, one object per line, the latest last. */
export const recordsName = 'runs.jsonl';

/** Returns the directory of a resource: `/Derive/<uuid>`. */
export function resourceDirectory({
  kind,
  id,
}: {
  readonly kind: { readonly kind: string };
  readonly id: string;
}): string {
  return `/${kind.kind}/${id}`;
}

/** Returns the title of a resource for users: `Derive/daily`. */
export function titleOf({ kind, name }: Pick<Resource, 'kind' | 'name'>): string {
  return `${kind.kind}/${name}`;
}

/** Returns the link to a resource by its name: `/Derive/daily`. */
export function linkOf(resource: Pick<Resource, 'kind' | 'name'>): string {
  return `/${titleOf(resource)}`;
}

/** Name of the file in which a collector keeps its state between runs. */
export const progressName = 'progress.json';

/** True for the files in a resource directory that are not data: the document, the records, the progress. */
export function isBookkeeping(name: string): boolean {
  return name === documentName || name === recordsName || name === progressName;
}

/** The UUID that a link in a kind's directory refers to; undefined if it has another target. */
export function idOfTarget(kind: string, target: string): string | undefined {
  const id = target.startsWith(`/${kind}/`) ? target.slice(kind.length + 2) : target.replace(/^\.\//, '');
  return isUuid(id) ? id : undefined;
}
