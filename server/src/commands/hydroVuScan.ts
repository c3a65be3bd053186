import { type Result } from '../protocol/commands.ts';
import { type Command } from './context.ts';
import { accountOf } from './hydroVuAccount.ts';

/** The pages of a location's readings. Fails as accountOf, and `remote-denied`, `remote-failed`. */
export const hydroVuScan: Command<'hydroVuScan'> = async (context, { pond, name, location, start, end }) => {
  const account = await accountOf(context, pond, name);
  const pages: Result<'hydroVuScan'>['pages'][number][] = [];
  for await (const page of account.scan(location, start, end, context.signal)) {
    pages.push(page);
    context.progress('reading pages', pages.length);
  }
  return { pages };
};
