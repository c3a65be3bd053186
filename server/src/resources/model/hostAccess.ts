/**
 * Access of runs to the host. A document, which may come from a stranger, names host files to read, and environment
 * variables to send to a service. The person allows each access once on a computer; a changed one needs it again.
 */
import { documentError } from './documentError.ts';
import { type Resource } from './kind.ts';
import { resourceDirectory, titleOf } from './resourcePath.ts';

/** One access of one resource. */
export interface HostAccess {
  /** Id of the pond. */
  readonly pond: string;
  /** The resource directory: it stays when the resource is renamed or the pond is moved. */
  readonly home: string;
  /** In words, as the kind states it: `reads /data/*.csv`. */
  readonly access: string;
}

/** Accesses that the person allowed on this computer. They are not in the pond, where a stranger could write them. */
export interface Grants {
  has(access: HostAccess): boolean;
  /** Fails with the storage codes. */
  add(access: HostAccess): void;
  /** A missing one is fine. */
  remove(access: HostAccess): void;
  /** All of a pond, in no order; those that cannot be parsed are left out. */
  list(pond: string): readonly HostAccess[];
}

/** Returns the accesses of a resource, from its document alone; none for a kind whose runs stay in the pond. */
export function hostAccessOf(pond: string, resource: Resource): readonly HostAccess[] {
  const { kind, spec } = resource;
  const home = resourceDirectory(resource);
  return [...new Set(kind.hostAccess?.(spec))].map((access) => ({ pond, home, access }));
}

/** Fails `not-allowed`, naming each access of the resource that the person did not allow. */
export function requireAllowed(pond: string, resource: Resource, grants: Pick<Grants, 'has'>): void {
  const missing = hostAccessOf(pond, resource).filter((access) => !grants.has(access));
  if (missing.length === 0) return;
  const title = titleOf(resource);
  const what = missing.map(({ access }) => access).join(', and ');
  throw documentError(resource, 'not-allowed', `${title} needs your permission on this computer: it ${what}`, {
    hint: `If you trust its document, run 'pond allow ${title}' once.`,
  });
}
