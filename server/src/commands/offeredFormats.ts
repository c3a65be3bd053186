import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { treeAt } from '../pond/treeAt.ts';
import { tableOffers } from '../sql/describe.ts';
import { existing } from './tree.ts';
import { type Command } from './verb.ts';

/** Formats that the text of a file suggests and that are not stated; none for other files. Fails as in the protocol. */
export const offeredFormats: Command<'offeredFormats'> = async (pond: ResourcePond, { path }, context) => {
  const at = await existing(await (await treeAt(pond, undefined)).root(), path);
  const location = { pond, at, version: undefined, sheet: undefined };
  const offers = await tableOffers(await context.queries(), location, context.signal);
  return offers.map(({ reason, format: { ...options } }) => ({ reason, options }));
};
