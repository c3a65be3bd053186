import { PondError } from '../base/error.ts';
import { type LogOptions } from '../pond/commitRecord.ts';
import { type Params } from '../protocol/commands.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type RealPath, realPath } from '../tinyfs/realPath.ts';
import { type Command } from './verb.ts';
import { type CommitPage, commitPage, requireLimit } from './commitPages.ts';
import { isoTime, taggedCommits } from './info.ts';
import { commitKey, KnownRows } from './knownRows.ts';

/** Commits that a page reads at most: some tenths of a second of work. */
const searchMax = 10_000;
/** Commits for which the numbers of rows are looked up: a file for each. */
const rowsMax = 200;
const pageCommits = 100;
const pageCommitsMax = 1000;

/**
 * Commits, latest first; with a path, those that changed what it leads to, or something below that: the name of a resource
 * covers all its content. Without `followLinks`, a link at the end of the path means itself. Fails `not-found` for a path
 * that no commit changed and where nothing is staged, and `version-not-found` for a start that is not a commit.
 */
export const log: Command<'log'> = async (pond, params, context) => {
  const { rows: withRows = false, ...wanted } = params;
  const page = await logged(pond, wanted, Infinity, context.signal);
  const commits = await taggedCommits(pond, page.commits);
  if (!withRows) return commits;
  const known = new KnownRows(pond, context.effects.openDisk);
  return commits.map((commit, index) => {
    const rows = index < rowsMax ? known.get(commitKey(commit)) : undefined;
    return rows === undefined || rows === 'unreadable' ? commit : { ...commit, rows };
  });
};

/** A page of the same commits. Fails as log, and `usage` for a limit out of range. */
export const history: Command<'history'> = async (pond, params, context) => {
  const { limit = pageCommits } = params;
  requireLimit(limit, pageCommitsMax);
  const { commits, next, searched, oldest } = await logged(pond, { ...params, limit }, searchMax, context.signal);
  return {
    commits: await taggedCommits(pond, commits),
    next: next ?? null,
    searched,
    searchedTo: oldest === undefined ? null : isoTime(oldest.timeUs),
  };
};

async function logged(
  pond: ResourcePond,
  params: Params<'history'>,
  searchMax: number,
  signal: AbortSignal,
): Promise<CommitPage> {
  const { pond: _, path, followLinks = true, ...rest } = params;
  const { limit, start, ...filters } = rest;
  const wanted = { ...rest, searchMax };
  if (path === undefined) return await commitPage(pond, wanted, signal);
  const now = await realPath(pond.fs, path);
  const found = now.node === undefined ? await beforeRemoval(pond, path) : now;
  const page = await commitPage(pond, { ...wanted, path: followLinks ? found.path : found.last.path }, signal);
  if (page.searched > 0 || limit === 0 || start !== undefined || Object.keys(filters).length > 0) return page;
  if (now.last.node === undefined) throw now.problem ?? new PondError('not-found', `nothing is at ${path}`, { path });
  // What a dangling link leads to may never have existed: then there is only the link itself.
  return await commitPage(pond, { ...wanted, path: now.last.path }, signal);
}

/** Node at the path in the latest commit that has it, going back from removal to removal. */
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
