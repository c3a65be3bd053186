import { PondError } from '../base/error.ts';
import { originPath, type PondStorage } from '../storage/pondStorage.ts';
import { type ThinOrigin } from '../replica/thinOrigin.ts';
import { type Effects } from './verb.ts';

/** Name under which permissions for a pond, rather than for one of its resources, are kept. */
export const originHome = `/${originPath}`;

/** Dependencies of the origins of ponds. */
interface OriginEffects extends Pick<Effects, 'env' | 'now'> {
  readonly grants: Pick<Effects['grants'], 'has'>;
  /** False in a restricted workspace, where nothing is fetched. */
  readonly isTrusted: () => boolean;
}

/** Returns the storage of a pond with its origin, which is loaded with the first blob that is absent. */
export function withOrigin(storage: PondStorage, { env, now, grants, isTrusted }: OriginEffects): PondStorage {
  const { disk } = storage;
  const requireAllowed = (pond: string, access: string): void => {
    if (!isTrusted()) throw new PondError('untrusted', 'contents are not fetched in a restricted workspace');
    if (grants.has({ pond, home: originHome, access })) return;
    throw new PondError('not-allowed', `the pond needs your permission on this computer: it ${access}`, {
      hint: "If you trust its origin, run 'pond allow origin' once.",
    });
  };
  let loaded: ThinOrigin | undefined;
  const origin = async (): Promise<ThinOrigin> => {
    const { ThinOrigin } = await import('../replica/thinOrigin.ts');
    return (loaded ??= new ThinOrigin({ disk, env, now, requireAllowed }));
  };
  return {
    ...storage,
    origin: {
      exists: () => disk.stat(originPath)?.kind === 'file',
      fetch: async (...args) => await (await origin()).fetch(...args),
      has: async (...args) => await (await origin()).has(...args),
      requireElsewhere: async (...args) => await (await origin()).requireElsewhere(...args),
      close: async () => await loaded?.close(),
    },
  };
}
