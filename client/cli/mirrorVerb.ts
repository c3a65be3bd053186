/** The verb of mirrors. */
import { plural } from '../../server/src/base/plural.ts';
import { isPondError, PondError } from '../../server/src/base/error.ts';
import { type MirrorChangeInfo, type MirrorInfo } from '../../server/src/protocol/mirrors.ts';
import { attemptEach, errorOf, failAfter } from './attempts.ts';
import { errorText } from './errorText.ts';
import { minute, table } from './format.ts';
import { namesHelp } from './options.ts';
import { printedError } from './printedError.ts';
import { runNamed, runOnce } from './runVerbs.ts';
import { printJson, namesOf, show } from './runner.ts';
import { noneCommitted, warnOfNone } from './stagedResources.ts';
import { type Session, type TerminalVerb, type VerbRunner } from './verb.ts';

const runMirror: VerbRunner = async (session) => {
  const { line } = session;
  const isStatus = line.positionals[0] === 'status';
  const names = isStatus ? line.positionals.slice(1) : line.positionals;
  const chosen = ['dry-run', 'start-over', 'watch'].filter((flag) => line.flags.has(flag));
  if (chosen.length > 1 || (isStatus && chosen.length > 0)) {
    throw new PondError('usage', `${chosen.map((flag) => `--${flag}`).join(' and ')} cannot be combined`);
  }
  const found = await session.call('mirrors', namesOf(names));
  if (isStatus) return await printStatus(session, found);
  if (found.length === 0) throw await noneCommitted(session, 'mirror');
  if (line.flags.has('dry-run')) return await printPlans(session, found);
  if (line.flags.has('start-over')) {
    // A document with errors has no state to forget; the run reports it.
    const sound = found.filter(({ problem }) => problem === null).map(({ resource }) => resource);
    failAfter(await attemptEach(sound, (name) => session.call('mirrorStartOver', { name })), session);
  }
  const resources = found.map(({ resource }) => resource);
  if (line.flags.has('watch')) await watch(session, resources);
  else await runNamed(session, resources);
};

/** Runs mirrors now, and again after each change of their folders or of the pond, until Ctrl+C. */
async function watch(session: Session, names: readonly string[]): Promise<void> {
  // The first round asks for permission; where one of several mirrors fails, the others are watched all the same.
  await runNamed(session, names).catch((error: unknown) => warnOfRound(session, error, names.length > 1));
  let seen = await session.call('mirrorEvents', { names: await watchable(session, names) });
  if (!seen.isWatching) {
    session.terminal.warn(
      'pond: a folder cannot be watched; it is compared every ten seconds\nhint: The system may have no watches left: see fs.inotify.max_user_watches.',
    );
  }
  while (!session.signal.aborted) {
    await tryRound(session, names);
    try {
      // Other processes can write the pond while nothing happens.
      await session.call('close', {});
      const { changes, commit } = seen;
      seen = await session.call('mirrorEvents', { names: await watchable(session, names), since: { changes, commit } });
    } catch (error) {
      if (!session.signal.aborted) throw error;
    }
  }
}

/** The mirrors whose folders can be watched at present; the rounds report why others cannot run. */
async function watchable({ call }: Session, names: readonly string[]): Promise<readonly string[]> {
  const ready = (await call('mirrors', { names })).filter(({ problem, isAllowed }) => problem === null && isAllowed);
  return ready.map(({ resource }) => resource);
}

/** Runs a round; a later one may succeed where it fails. */
async function tryRound(session: Session, names: readonly string[]): Promise<void> {
  await runOnce(session, names, { isWatching: true }).catch((error: unknown) => warnOfRound(session, error, true));
}

/** Writes the error of a round to standard error when the watch goes on; throws it otherwise, and one that is a bug. */
function warnOfRound({ signal, terminal, line }: Session, error: unknown, goesOn: boolean): void {
  if (signal.aborted && goesOn) return;
  if (!isPondError(error) || !goesOn) throw error;
  terminal.warn(errorText(printedError(error, line)));
}

async function printStatus(session: Session, found: readonly MirrorInfo[]): Promise<void> {
  if (found.length === 0) await warnOfNone(session, 'mirror');
  const rows = found.map((info) => [
    info.resource,
    stateOf(info),
    plural(info.files, 'file'),
    info.problem ?? `${info.path} ${{ both: '↔', out: '→', in: '←' }[info.direction]} ${info.folder}`,
    info.comparedAt === null ? '' : minute(info.comparedAt),
  ]);
  await show(session, found, table(rows));
}

function stateOf({ problem, isFolderThere, isAllowed, comparedAt, waiting }: MirrorInfo): string {
  if (problem !== null) return 'errors';
  if (!isFolderThere) return 'the folder is missing';
  if (!isAllowed) return 'not allowed';
  if (comparedAt === null) return 'not run yet';
  return waiting === 0 ? 'ok' : `${plural(waiting, 'change')} to decide`;
}

async function printPlans(session: Session, found: readonly MirrorInfo[]): Promise<void> {
  const { line, terminal } = session;
  const names = found.map(({ resource }) => resource);
  const attempts = await attemptEach(names, (name) => session.call('mirrorPlan', { name }));
  const plans = attempts.map((attempt) => ({
    resource: attempt.resource,
    ...(attempt.value ?? { changes: [], skipped: [] }),
    error: errorOf(attempt, session),
  }));
  if (line.json) await printJson(session, plans);
  else {
    for (const { resource, changes, skipped, error } of plans) {
      if (error !== null) await terminal.print(`${resource}: not compared\n`);
      else if (changes.length === 0) await terminal.print(`${resource}: nothing to do\n`);
      else await terminal.print(table(changes.map(planRow)));
      for (const { path, reason } of skipped) terminal.warn(`${path}: ${reason}`);
    }
  }
  failAfter(attempts, session);
}

const signs = { added: '+', changed: '~', removed: '-', renamed: '→', conflict: '!' };

function planRow({ path, side, change, from }: MirrorChangeInfo): readonly string[] {
  return [signs[change], side, from === undefined ? path : `${from} → ${path}`];
}

/** Its declaration. */
export const mirror: TerminalVerb = {
  usage: '[status] [--watch | --dry-run | --start-over] [NAME...]',
  summary: 'compare mirrors of the latest commit with their folders, and carry the changes over',
  details: [
    namesHelp,
    'status shows what the mirrors did last. --dry-run lists the changes that a run would make: + added, ~ changed, - removed, → renamed, ! a conflict.',
    '--watch runs them again after each change of a folder or of the pond, until Ctrl+C.',
    '--start-over forgets the common state, and makes both sides the union again, as in a first run.',
  ],
  options: { watch: { type: 'boolean' }, 'dry-run': { type: 'boolean' }, 'start-over': { type: 'boolean' } },
  positionals: [0],
  run: runMirror,
};
