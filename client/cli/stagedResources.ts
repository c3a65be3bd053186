import { type Session } from './verb.ts';

/**
 * Returns the hint of a command that needs a committed resource and finds none: names those that a commit makes live.
 * Undefined when none is staged. `verb` is one that is about resources of the kind of its name; without it, all are meant.
 */
export async function stagedHint(session: Session, verb?: string): Promise<string | undefined> {
  const all = await session.call('resources', {});
  const staged = all.filter((one) => one.state === 'staged' && (verb === undefined || one.kind.toLowerCase() === verb));
  const names = staged.map((one) => `${one.kind}/${one.name}`).join(', ');
  if (staged.length === 0) return undefined;
  return staged.length === 1
    ? `${names} is staged: 'pond commit' makes it live.`
    : `${names} are staged: 'pond commit' makes them live.`;
}
