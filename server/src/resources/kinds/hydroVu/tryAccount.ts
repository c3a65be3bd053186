/**
 * Verbs on the account of a resource in the working tree, so that it can be tried before it is committed. They fail
 * `resource-not-found`, `resource-invalid`, `not-allowed`, `secret-missing`, `remote-denied`, `remote-failed`.
 */
import { type Result } from '../../../protocol/commands.ts';
import { type FileSystem } from '../../../tinyfs/fs.ts';
import { requireAllowed } from '../../model/hostAccess.ts';
import { type KindCommand, type KindContext } from '../../model/kindVerb.ts';
import { type HydroVuAccount, hydroVuAccount } from './account.ts';

/** All locations visible to an account. */
export const hydroVuLocations: KindCommand<'hydroVuLocations'> = async (pond, { name }, context) => {
  const account = await accountNamed(pond, name, context);
  const locations = await account.locations(context.signal);
  return locations.map(({ id, name, description }) => ({ id, name, description }));
};

/** The pages of a location's readings. */
export const hydroVuScan: KindCommand<'hydroVuScan'> = async (pond, { name, location, start, end }, context) => {
  const account = await accountNamed(pond, name, context);
  const pages: Result<'hydroVuScan'>['pages'][number][] = [];
  for await (const page of account.scan(location, start, end, context.signal)) {
    pages.push(page);
    context.progress('reading pages', pages.length);
  }
  return { pages };
};

async function accountNamed(
  pond: { readonly id: string; readonly fs: FileSystem },
  name: string,
  context: KindContext,
): Promise<HydroVuAccount> {
  const resource = await context.findResource(pond.fs, 'HydroVu', name);
  requireAllowed(pond.id, resource, context.effects.grants);
  return hydroVuAccount(resource, { env: context.effects.env });
}
