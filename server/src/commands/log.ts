import { PondError } from '../base/error.ts';
import { type Commit, type LogOptions } from '../pond/types.ts';
import { type CommitInfo, type Params } from '../protocol/commands.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type RealPath, realPath } from '../tinyfs/realPath.ts';
import { type Command } from './verb.ts';
import { commitInfo } from './info.ts';
import { commitKey, KnownRows } from './knownRows.ts';
import { momentOf } from './moment.ts';
import { createYield } from './yieldToEventLoop.ts';

/**
 * Commits, latest first; with a path, those that changed what it leads to, or something below that: the name of a resource
 * covers all its content. Without `followLinks`, a link at the end of the path means itself. Fails `not-found` for a path
 * that no commit changed and where nothing is staged, and `version-not-found` for a start that is not a commit.
 */
export const log: Command<'log'> = async (pond, params, context) => {
  const { rows: withRows = false, ...logged } = params;
  const commits = await loggedCommits(pond, logged, context.signal);
  if (!withRows) return commits;
  const known = new KnownRows(pond, context.effects.openDisk);
  return commits.map((commit, index) => {
    const rows = index < rowsMax ? known.get(commitKey(commit)) : undefined;
    return rows === undefined || rows === 'unreadable' ? commit : { ...commit, rows };
  });
};

/** Commits for which the numbers of rows are looked up: a file for each. */
const rowsMax = 200;

async function loggedCommits(
  pond: ResourcePond,
  params: Omit<Params<'log'>, 'rows'>,
  signal: AbortSignal,
): Promise<readonly CommitInfo[]> {
  const { pond: _, path, followLinks = true, limit, start, ...filters } = params;
  const range = {
    limit,
    start,
    isWanted: filterOf(filters),
    sinceUs: filters.since === undefined ? undefined : await momentOf(pond, filters.since),
    untilUs: filters.until === undefined ? undefined : await momentOf(pond, filters.until),
  };
  if (path === undefined) return await commitsOf(pond, range, signal);
  const now = await realPath(pond.fs, path);
  const found = now.node === undefined ? await beforeRemoval(pond, path) : now;
  const logged = followLinks ? found.path : found.last.path;
  const commits = await commitsOf(pond, { ...range, path: logged }, signal);
  if (commits.length > 0 || limit === 0 || start !== undefined || Object.keys(filters).length > 0) return commits;
  if (now.last.node === undefined) throw now.problem ?? new PondError('not-found', `nothing is at ${path}`, { path });
  // What a dangling link leads to may never have existed: then there is only the link itself.
  return await commitsOf(pond, { ...range, path: now.last.path }, signal);
}

/** Commits that are wanted, and where to look for them. */
interface Wanted {
  readonly path?: string;
  readonly limit: number | undefined;
  readonly start: number | undefined;
  readonly isWanted: (commit: Commit) => boolean;
  /** Microseconds since 1970 UTC, both inclusive. */
  readonly sinceUs: number | undefined;
  readonly untilUs: number | undefined;
}

async function commitsOf(pond: ResourcePond, wanted: Wanted, signal: AbortSignal): Promise<CommitInfo[]> {
  const { path, limit = Infinity, start, isWanted, sinceUs = -Infinity, untilUs = Infinity } = wanted;
  const options = { ...(path !== undefined && { path }), ...(start !== undefined && { start }) };
  const commits: CommitInfo[] = [];
  if (limit === 0) return commits;
  const yieldToEventLoop = createYield(signal);
  for await (const commit of pond.log(options)) {
    await yieldToEventLoop();
    // The clock of a computer may go back, so an older commit can have a later time; only this much is tolerated.
    if (commit.timeUs < sinceUs - clockToleranceUs) break;
    if (commit.timeUs < sinceUs || commit.timeUs > untilUs || !isWanted(commit)) continue;
    commits.push(commitInfo(commit));
    if (commits.length === limit) break;
  }
  return commits;
}

/** A day: clocks are wrong by a time zone, not by more. */
const clockToleranceUs = 86_400_000_000;

function filterOf({ author, message, noRuns }: Pick<Params<'log'>, 'author' | 'message' | 'noRuns'>) {
  const has = (text: string, part: string | undefined): boolean =>
    part === undefined || text.toLowerCase().includes(part.toLowerCase());
  return (commit: Commit): boolean =>
    has(commit.author, author) && has(commit.message, message) && !(noRuns === true && isRun(commit.operation));
}

/** The operation of a run is KIND/NAME, or `run` for the records of several. */
function isRun(operation: string): boolean {
  return operation === 'run' || operation.includes('/');
}

/** What the path led to in the latest commit that has it, going back from removal to removal. */
async function beforeRemoval(pond: ResourcePond, path: string): Promise<RealPath> {
  const committed = await realPath(await pond.at('HEAD'), path);
  let [found, start]: [RealPath, number | undefined] = [committed, undefined];
  while (found.missing !== undefined) {
    const range: LogOptions = { path: found.missing, limit: 1, ...(start === undefined ? {} : { start }) };
    for await (const { parent } of pond.log(range)) start = parent;
    if (start === undefined || start === range.start) return committed;
    found = await realPath(await pond.at(String(start)), path);
  }
  return found;
}
