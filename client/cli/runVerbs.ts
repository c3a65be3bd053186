/** Verbs that run resources and show their runs. */
import { plural } from '../../server/src/base/plural.ts';
import { type ErrorCode, isPondError, PondError } from '../../server/src/base/error.ts';
import { type RunErrorInfo, type RunInfo } from '../../server/src/protocol/resources.ts';
import { errorText, hintText } from './errorText.ts';
import { printable } from '../../server/src/base/printable.ts';
import { minute, table } from './format.ts';
import { printedError } from './printedError.ts';
import { inOneLine, resultRow } from './runText.ts';
import { printJson, namesOf, countOf } from './runner.ts';
import { intervalOf, repeat } from './schedule.ts';
import { stagedHint } from './stagedResources.ts';
import { type Session, type Terminal, type VerbRunner } from './verb.ts';

/** Default number of listed runs. */
const runsShown = 20;

/** Runs resources, once or on a schedule; fails `run-failed` when one of a single round failed. */
export const run: VerbRunner = async (session) => {
  const every = session.line.texts['every'];
  if (every === undefined) return await runNamed(session, session.line.positionals);
  const intervalMs = intervalOf(every);
  let isFirst = true;
  await repeat(intervalMs, session.signal, async () => {
    try {
      await runOnce(session, session.line.positionals);
    } catch (error) {
      if (session.signal.aborted) return;
      // A later round may succeed, and someone may be watching. A schedule whose first round fails by a mistake of the
      // user ends.
      if (!isPondError(error) || (isFirst && userErrors.has(error.code))) throw error;
      session.terminal.warn(errorText(printedError(error, session.line)));
    } finally {
      isFirst = false;
      await session.call('close', {});
    }
  });
};

/** Runs resources once; all without names. Fails `run-failed` when one of them failed. */
export async function runNamed(session: Session, names: readonly string[]): Promise<void> {
  if (!session.line.json) await askToAllow(session, names);
  await runOnce(session, names);
}

/**
 * Asks the person at the terminal to allow what documents of others do on this computer. Without a person, and for what
 * is not allowed, the run fails `not-allowed`.
 */
async function askToAllow({ terminal, call }: Session, names: readonly string[]): Promise<void> {
  if (!terminal.isInteractive) return;
  const found = await call('hostAccess', namesOf(names));
  const missing = found.filter(({ state, isAllowed }) => state === 'committed' && !isAllowed);
  if (missing.length === 0) return;
  for (const { resource, access } of missing) terminal.warn(printable(`${resource} ${access}`));
  if (await terminal.confirm('This is not allowed on this computer yet. Allow it from now on?')) {
    await call('allow', { accesses: missing.map(({ directory, access }) => ({ directory, access })) });
  }
}

/** Errors that prevent a round from starting, and likely the next one too. */
const userErrors: ReadonlySet<ErrorCode> = new Set([
  'pond-not-found',
  'resource-not-found',
  'pond-too-new',
  'read-only',
]);

/** Runs resources of a round; prints those without news only in a round that is not repeated, or of a schedule. */
export async function runOnce(session: Session, names: readonly string[], { isWatching = false } = {}): Promise<void> {
  const { line, terminal } = session;
  const isRepeated = isWatching || line.texts['every'] !== undefined;
  const { runs } = await session.call('run', namesOf(names));
  const shown = isWatching ? runs.filter(isNews) : runs;
  if (line.json) {
    if (shown.length > 0 || !isWatching) await printJson(session, shown);
  } else {
    const rows = shown.map((info) => [...(isRepeated ? [minute(info.started)] : []), ...resultRow(info)]);
    await terminal.print(table(rows, new Set(isRepeated ? [3, 4, 5] : [2, 3, 4])));
    if (runs.length === 0) {
      terminal.warn('pond: the latest commit has no resources');
      const apply = "'pond apply' stages resources, and 'pond commit' makes them live.";
      terminal.warn(hintText((await stagedHint(session)) ?? apply));
    }
    for (const info of shown) warnAbout(terminal, info);
  }
  if (runs.some(({ status }) => status === 'cancelled')) throw new PondError('cancelled', 'the run was cancelled');
  const failed = runs.filter(({ status }) => status === 'failed').length;
  if (failed > 0) throw new PondError('run-failed', `${plural(failed, 'resource')} of ${runs.length} failed`);
}

const isNews = ({ status, files, notes }: RunInfo): boolean => status !== 'ok' || files > 0 || notes.length > 0;

function warnAbout(terminal: Terminal, { resource, status, notes, error }: RunInfo): void {
  for (const note of notes) terminal.warn(printable(inOneLine(about(resource, note))));
  if (error === null) return;
  // A skipped resource has not failed.
  if (status === 'skipped') return terminal.warn(printable(inOneLine(about(resource, error.message))));
  const { line, character } = error;
  const position = line === undefined || character === undefined ? {} : { position: { line, character } };
  terminal.warn(errorText({ ...error, ...position, message: about(resource, failure(resource, error)) }));
}

/** Returns the error, and its location when the message and the position lack it, and it is not all of the resource. */
function failure(resource: string, { message, path, displayPath, line }: RunErrorInfo): string {
  const subject = displayPath ?? path;
  const isKnown = subject === `/${resource}/resource.yaml` || line !== undefined;
  return subject === undefined || isKnown || message.includes(subject) ? message : `${subject}: ${message}`;
}

/** Returns a sentence about a resource; most begin with its name already. */
const about = (resource: string, text: string): string => (text.startsWith(resource) ? text : `${resource}: ${text}`);

/** Returns how many runs the line stands for; empty for a run with a record. */
const unrecordedText = ({ unrecorded }: RunInfo): string =>
  unrecorded === 0 ? '' : `${plural(unrecorded, 'run')} since the latest record`;

/** Lists runs. */
export const runs: VerbRunner = async (session) => {
  const { line, terminal } = session;
  const { count } = line.texts;
  const limit = countOf(line, runsShown);
  const all = await session.call('runs', { ...namesOf(line.positionals), limit: limit + 1 });
  const shown = all.slice(0, limit);
  if (all.length > shown.length && count === undefined) {
    terminal.warn(`pond: only the latest ${limit} runs are listed\nhint: -n sets the maximum number.`);
  }
  if (line.json) return await printJson(session, shown);
  if (shown.length === 0 && limit > 0) return terminal.warn('pond: no resource has run yet');
  const rows = shown.map((info) => [
    minute(info.started),
    ...resultRow(info),
    info.commit === null ? unrecordedText(info) : `commit ${info.commit}`,
    inOneLine(info.error?.message ?? ''),
  ]);
  await terminal.print(table(rows, new Set([3, 4, 5])));
};
