import { hintText } from './errorText.ts';
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

/** The next step where no document of a resource is staged. */
export const applyHint = "Write a document of that kind, stage it with 'pond apply -f FILE', and commit.";

/** Warns that the latest commit has no resource of the kind that a verb is about, with the next step. */
export async function warnOfNone(session: Session, verb: 'backup' | 'mirror'): Promise<void> {
  session.terminal.warn(`pond: the latest commit has no ${verb}`);
  session.terminal.warn(hintText((await stagedHint(session, verb)) ?? applyHint));
}
