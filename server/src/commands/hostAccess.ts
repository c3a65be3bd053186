import { type HostAccessInfo } from '../protocol/resources.ts';
import { type Grants } from '../resources/model/grants.ts';
import { hostAccessOf } from '../resources/model/hostAccess.ts';
import { readResources, type StoredResource } from '../resources/readResource.ts';
import { selectResources } from '../resources/select.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { originHome } from './pondOrigin.ts';
import { type Command, type Effects } from './verb.ts';

/** Name under which the access to the origin of a thin clone is listed and allowed. */
const originName = 'origin';

/** Accesses to the host, of resources by kind and name, and to the origin of a thin clone. Fails `resource-not-found`. */
export const hostAccess: Command<'hostAccess'> = async (pond, { names }, { effects }) => {
  const committed = await readResources(await pond.at(String(pond.head.number)));
  const staged = await readResources(pond.fs);
  const ids = new Set(staged.map(({ id }) => id));
  const all = [...staged, ...committed.filter(({ id }) => !ids.has(id))];
  const isOriginNamed = names === undefined || names.includes(originName);
  const origin = isOriginNamed ? await originAccessOf(pond, effects) : undefined;
  const ofResources = origin === undefined ? names : names?.filter((name) => name !== originName);
  const accesses = selectResources(all, ofResources).flatMap((stored) =>
    accessesOf(stored, { pond: pond.id, committed, staged, grants: effects.grants }),
  );
  return [...(origin === undefined ? [] : [origin]), ...accesses];
};

/** Returns the access to the origin of a pond; undefined without one. Fails `pond-damaged`. */
async function originAccessOf(
  { id, directory, largeContents }: ResourcePond,
  { grants, openDisk }: Effects,
): Promise<HostAccessInfo | undefined> {
  if (!largeContents.isThin) return undefined;
  const { readOrigin, originAccess } = await import('../replica/originRecord.ts');
  const origin = readOrigin(openDisk(directory));
  if (origin === undefined) return undefined;
  const access = originAccess(origin);
  const isAllowed = grants.has({ pond: id, home: originHome, access });
  return { resource: originName, directory: originHome, access, state: 'committed', isAllowed };
}

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
    directory: home,
    access,
    state,
    isAllowed: grants.has({ pond, home, access }),
  }));
}

/** Allows accesses to the host on this computer, or revokes them. Fails with the storage codes. */
export const allow: Command<'allow'> = async (pond, { accesses, isRevoked = false }, { effects }) => {
  const { add, remove } = effects.grants;
  for (const { directory: home, access } of accesses) (isRevoked ? remove : add)({ pond: pond.id, home, access });
  return await Promise.resolve(null);
};
