/** The verb that returns paths to an earlier version. */
import { plural } from '../../server/src/base/plural.ts';
import { isPondError, PondError } from '../../server/src/base/error.ts';
import { printable } from '../../server/src/base/printable.ts';
import { type ChangeInfo, type Params } from '../../server/src/protocol/commands.ts';
import { counted } from './format.ts';
import { changeTable } from './historyVerbs.ts';
import { at, atHelp } from './options.ts';
import { atOf, pondPath, show } from './runner.ts';
import { type Session, type TerminalVerb } from './verb.ts';

/** Stages paths as they were in an earlier version. */
export const restore = {
  usage: '[--force] PATH... --at V',
  summary: 'stage paths as they were at a version',
  details: [
    atHelp,
    'Staged edits there would be lost: a person at a terminal is asked, and --force replaces them without a question.',
  ],
  options: { at, force: { type: 'boolean' } },
  positionals: [1],
  hints: {
    conflict: "'pond commit PATH' keeps the staged edits in the history; 'pond restore --force' replaces them.",
  },
  run,
} as const satisfies TerminalVerb;

async function run(session: Session): Promise<void> {
  const { line } = session;
  const { at: version } = atOf(line);
  if (version === undefined) {
    throw new PondError('usage', 'restore needs a version', { hint: 'Usage: pond restore PATH... --at V' });
  }
  const changes = await restored(session, { paths: line.positionals.map(pondPath), at: version });
  await show(session, changes, `${plural(counted(changes).length, 'change')} staged\n${changeTable(changes)}`);
}

async function restored(
  { line, terminal, call }: Session,
  wanted: Pick<Params<'restore'>, 'paths' | 'at'>,
): Promise<readonly ChangeInfo[]> {
  if (line.flags.has('force')) return await call('restore', wanted);
  try {
    return await call('restore', { ...wanted, keepStaged: true });
  } catch (error) {
    if (!isPondError(error, 'conflict') || !terminal.isInteractive || line.json) throw error;
    if (!(await terminal.confirm(`${printable(error.message)}. Replace them?`))) throw error;
    return await call('restore', wanted);
  }
}
