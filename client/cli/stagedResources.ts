import { PondError } from '../../server/src/base/error.ts';
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

/** A verb on the resources of one kind, which has its name. */
type KindVerb = 'backup' | 'mirror';

const nextStep = async (session: Session, verb: KindVerb): Promise<string> =>
  (await stagedHint(session, verb)) ??
  `'pond help ${verb.charAt(0).toUpperCase()}${verb.slice(1)}' prints a document: change it, stage it with 'pond apply -f FILE', and commit.`;

/** The error of a verb that finds no resource of its kind to work on, with the next step: it did nothing. */
export async function noneCommitted(session: Session, verb: KindVerb): Promise<PondError> {
  const hint = await nextStep(session, verb);
  return new PondError('resource-not-found', `the latest commit has no ${verb}`, { hint });
}

/** Warns that a list of the resources of a kind is empty, with the next step. */
export async function warnOfNone(session: Session, verb: KindVerb): Promise<void> {
  session.terminal.warn(`pond: the latest commit has no ${verb}`);
  session.terminal.warn(hintText(await nextStep(session, verb)));
}
