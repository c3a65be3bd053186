/**
 * Access of runs to the host. A document, which may come from a stranger, names host files to read, and environment
 * variables to send to a service. The person allows each access once on a computer; a changed one needs it again.
 */
import { documentError } from './documentError.ts';
import { type Grants, type HostAccess } from './grants.ts';
import { type Resource } from './kind.ts';
import { resourceDirectory, titleOf } from './resourcePath.ts';

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
