import { refreshState } from '../../../replica/copyState.ts';
import { removeReplica } from '../../../pond/replica.ts';
import { hostPondStorage } from '../../../storage/hostPondStorage.ts';
import { type KindCommand } from '../../model/kindVerb.ts';
import { backupNamed, withCopy } from './copies.ts';

/**
 * Makes a clone take the place of its original: removes its mark once the store shows that the copy is a part of this
 * pond's history. Fails `remote-diverged` when it is not, and as the store.
 */
export const backupAdopt: KindCommand<'backupAdopt'> = async (pond, { name }, context) => {
  const resource = await backupNamed(pond, name, context);
  await withCopy(pond, resource, context, (copy) => refreshState(copy, context.signal));
  removeReplica(hostPondStorage(pond.directory).disk);
  return null;
};
