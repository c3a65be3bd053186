import { isPondError, PondError } from '../base/error.ts';
import { invalidError } from '../resources/invalidError.ts';
import { type HydroVuAccount, hydroVuAccount } from '../resources/kinds/hydroVu/account.ts';
import { readResources, type StoredResource } from '../resources/readResource.ts';
import { selectResources } from '../resources/select.ts';
import { type CommandContext } from './context.ts';

/**
 * The account of a HydroVu resource in the working tree, so that it can be tried before it is committed. Fails
 * `resource-not-found`, `resource-invalid`, `secret-missing`.
 */
export async function accountOf(context: CommandContext, directory: string, name: string): Promise<HydroVuAccount> {
  const pond = await context.ponds.get(directory, 'read');
  const homes = (await readResources(pond.fs)).filter(({ kind }) => kind.kind === 'HydroVu');
  const home = find(homes, name);
  if (home.resource === undefined) throw invalidError(home);
  return hydroVuAccount(home.resource, { env: context.effects.env });
}

function find(homes: readonly StoredResource[], name: string): StoredResource {
  let hint: string | undefined;
  try {
    const [home] = selectResources(homes, [name]);
    if (home !== undefined) return home;
  } catch (error) {
    if (!isPondError(error, 'resource-not-found')) throw error;
    hint = error.hint;
  }
  // A resource of another kind may have the name.
  const message = `there is no HydroVu resource "${name}"`;
  throw new PondError('resource-not-found', message, hint === undefined ? {} : { hint });
}
