import { type Command } from './context.ts';
import { accountOf } from './hydroVuAccount.ts';

/** All locations visible to an account. Fails as accountOf, and `remote-denied`, `remote-failed`. */
export const hydroVuLocations: Command<'hydroVuLocations'> = async (context, { pond, name }) => {
  const account = await accountOf(context, pond, name);
  const locations = await account.locations(context.signal);
  return locations.map(({ id, name, description }) => ({ id: String(id), name, description }));
};
