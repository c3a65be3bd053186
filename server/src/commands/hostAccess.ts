import { type HostAccessInfo } from '../protocol/resources.ts';
import { type Grants, hostAccessOf } from '../resources/model/hostAccess.ts';
import { readResources, type StoredResource } from '../resources/readResource.ts';
import { selectResources } from '../resources/select.ts';
import { type Command } from './verb.ts';

/** Accesses of resources to the host, by kind and name. Fails `resource-not-found`. */
export const hostAccess: Command<'hostAccess'> = async (pond, { names }, { effects }) => {
  const committed = await readResources(await pond.at(String(pond.head.number)));
  const staged = await readResources(pond.fs);
  const ids = new Set(staged.map(({ id }) => id));
  const all = [...staged, ...committed.filter(({ id }) => !ids.has(id))];
  return selectResources(all, names).flatMap((stored) =>
    accessesOf(stored, { pond: pond.id, committed, staged, grants: effects.grants }),
  );
};

interface Documents {
  /** Id of the pond. */
  readonly pond: string;
  readonly committed: readonly StoredResource[];
  readonly staged: readonly StoredResource[];
  readonly grants: Grants;
}

function accessesOf(stored: StoredResource, { pond, committed, staged, grants }: Documents): readonly HostAccessInfo[] {
  const { kind, name, home } = stored;
  const statedBy = (among: readonly StoredResource[]): readonly string[] => {
    const resource = among.find((one) => one.home === home)?.resource;
    return resource === undefined ? [] : hostAccessOf(pond, resource).map(({ access }) => access);
  };
  const states = new Map<string, HostAccessInfo['state']>();
  for (const grant of grants.list(pond)) if (grant.home === home) states.set(grant.access, 'former');
  for (const access of statedBy(staged)) states.set(access, 'staged');
  for (const access of statedBy(committed)) states.set(access, 'committed');
  return [...states].map(([access, state]) => ({
    resource: `${kind.kind}/${name}`,
    home,
    access,
    state,
    isAllowed: grants.has({ pond, home, access }),
  }));
}

/** Allows accesses to the host on this computer, or revokes them. Fails with the storage codes. */
export const allow: Command<'allow'> = async (pond, { accesses, isRevoked = false }, { effects }) => {
  const { add, remove } = effects.grants;
  for (const { home, access } of accesses) (isRevoked ? remove : add)({ pond: pond.id, home, access });
  return await Promise.resolve(null);
};
