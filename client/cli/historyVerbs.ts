/** Verbs on the history of a pond. */
import { plural } from '../../server/src/base/plural.ts';
import { PondError } from '../../server/src/base/error.ts';
import {
  type ChangeInfo,
  type CommitInfo,
  type ForeignOperation,
  type ReplicaInfo,
  type RowCountsInfo,
  type StatusInfo,
} from '../../server/src/protocol/commands.ts';
import { printable, printableLines } from '../../server/src/base/printable.ts';
import { changeRow, counted, counts, minute, shownPath, table, firstLine } from './format.ts';
import { argument, pondPath, printJson, show, wholeNumber } from './runner.ts';
import { changesWithRows, rowCounts } from './rowCounts.ts';
import { type VerbRunner } from './verb.ts';

/** Returns a table of changes. */
export const changeTable = (changes: readonly ChangeInfo[]): string =>
  table(counted(changes).map(changeRow), new Set([2]));

const commitLine = (commit: CommitInfo): string =>
  `commit ${commit.number}  ${minute(commit.time)}  ${printable(commit.author)}  ${firstLine(commit.message)}`;

/** Prints the latest commit, the staged changes and the conflicts. */
export const status: VerbRunner = async (session) => {
  const { terminal } = session;
  const state = await session.call('status', {});
  if (session.line.json) return await printJson(session, state);
  for (const warning of state.warnings) session.warn(warning);
  await terminal.print(`pond ${state.pond}\n${commitLine(state.head)}\n`);
  if (state.replica !== null) await terminal.print(`${replicaLine(state.replica)}\n`);
  await terminal.print(state.backups.map(({ resource, text }) => `${printable(resource)}: ${text}\n`).join(''));
  await terminal.print(foreignLines(state));
  if (state.quarantined.length > 0) {
    const files = state.quarantined
      .map(({ path, text }) => `   ${printable(path)}\n      ${printable(text)}\n`)
      .join('');
    await terminal.print(`quarantined as damaged or unfinished, until you remove it:\n${files}`);
  }
  if (state.staged.length === 0) return await terminal.print('nothing staged\n');
  await terminal.print(`${plural(counted(state.staged).length, 'change')} staged\n${changeTable(state.staged)}`);
  if (state.conflicts.length === 0) return;
  const paths = conflictLines(state);
  await terminal.print(
    `in conflict with another commit: 'pond resolve' keeps your side, 'pond discard' the committed one, 'pond resolve --rows' merges a table\n${paths}`,
  );
};

/** Says of what the pond is a copy. */
function replicaLine({ of, url, at, partial, thin }: ReplicaInfo): string {
  const what = at === null ? `a copy of pond ${of}` : `version ${at} of pond ${of}, read-only`;
  const missing = partial ? ', not complete' : thin ? ', without contents over 64 KiB' : '';
  return printable(`${what}, from ${url}${missing}`);
}

/** Returns lines about other engines' operations on the pond's table; '' without any. */
function foreignLines({ foreignOperations, earlierForeignFiles }: StatusInfo): string {
  const operations = foreignOperations.map(({ version, operation, engine }) => {
    const said = [operation, engine === null ? null : `by ${engine}`].filter((part) => part !== null);
    return said.length === 0 ? `${version}` : `${version} (${printable(said.join(' '))})`;
  });
  const known = operations.length === 0 ? '' : `commits by other engines, ignored: ${operations.join(', ')}\n`;
  const lost = foreignOperations.filter(({ removedCommits }) => removedCommits.length > 0).map(removedCommitsLine);
  if (earlierForeignFiles === 0) return `${known}${lost.join('')}`;
  return `${known}${lost.join('')}${plural(earlierForeignFiles, 'file')} of earlier commits by other engines, ignored\n`;
}

function removedCommitsLine({ version, removedCommits }: ForeignOperation): string {
  const commits = removedCommits.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
  return `version ${version} of the table took out commits ${commits}: they are read from their files, and the next commit adds them again\n`;
}

/** Returns a line for each path in conflict, with the name of its resource; duplicates are removed. */
function conflictLines({ staged, conflicts }: StatusInfo): string {
  const shown = new Map(staged.map((change) => [change.path, shownPath(change)]));
  return [...new Set(conflicts.map((path) => `C  ${printable(shown.get(path) ?? path)}\n`))].join('');
}

/** Prints what changed between two versions. */
export const diff: VerbRunner = async (session) => {
  const { texts, positionals, flags, lists } = session.line;
  if (flags.has('rows') || lists['query'] !== undefined) return await (await import('./rowDiff.ts')).diffRows(session);
  const [range, ...others] = positionals;
  const versions = range === undefined ? undefined : rangeIn(range);
  const paths = versions === undefined ? positionals : others;
  const from = versions?.from ?? texts['at'];
  const to = versions?.to ?? texts['to'];
  const sides = {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(paths.length > 0 && { paths: paths.map(pondPath) }),
  };
  const changes = await session.call('diff', sides);
  if (session.line.json) return await printJson(session, changes);
  await session.terminal.print(await changesWithRows(session, changes, sides));
};

/** Two versions as `A..B`, of which one may be missing; undefined for a path, also for `..`. */
function rangeIn(text: string): { readonly from: string | undefined; readonly to: string | undefined } | undefined {
  const [, from = '', to = ''] = /^([^/]*)\.\.([^/]*)$/.exec(text) ?? [];
  return from + to === '' ? undefined : { from: from || undefined, to: to || undefined };
}

/** Commits the staged changes, or those at the paths. */
export const commit: VerbRunner = async (session) => {
  const paths = session.line.positionals.map(pondPath);
  const message = session.line.texts['message'];
  if (message === undefined || message.trim() === '') {
    throw new PondError('usage', 'a commit needs a message', { hint: 'Usage: pond commit -m TEXT [PATH...]' });
  }
  const latest = await session.call('commit', paths.length === 0 ? { message } : { message, paths });
  await show(session, latest, `commit ${latest.number}: ${firstLine(latest.message)} (${counts(latest)})`);
};

/** Discards staged changes. */
export const discard: VerbRunner = async (session) => {
  const paths = session.line.positionals.map(pondPath);
  const result = await session.call('discard', paths.length === 0 ? {} : { paths });
  await show(session, result, `discarded ${plural(result.discarded, 'change')}`);
};

/** Prints commits, one line each. */
export const log: VerbRunner = async (session) => {
  const { positionals, flags, texts } = session.line;
  const [path] = positionals;
  const { count, since, until, author, grep: message } = texts;
  const commits = await session.call('log', {
    ...(path !== undefined && { path: pondPath(path), followLinks: !flags.has('no-follow') }),
    ...(count !== undefined && { limit: wholeNumber('-n', count, 0) }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(author !== undefined && { author }),
    ...(message !== undefined && { message }),
    ...(flags.has('no-runs') && { noRuns: true }),
    ...(!session.line.json && { rows: true }),
  });
  const rows = commits.map((one) => [
    String(one.number),
    minute(one.time),
    one.author,
    `${tagged(one)}${firstLine(one.message)}`,
    counts(one),
    ...(one.rows === undefined || isSame(one.rows) ? [] : [rowCounts(one.rows)]),
  ]);
  await show(session, commits, table(rows, new Set([0])));
};

/** Prints a commit with its message and changes. */
export const showVerb: VerbRunner = async (session) => {
  const { terminal } = session;
  const shown = await session.call('show', { commit: argument(session.line, 0) });
  if (session.line.json) return await printJson(session, shown);
  const { number, time, author, message, operation, rootHash, hash, tags = [], parent } = shown.commit;
  const changes =
    parent === null
      ? changeTable(shown.changes)
      : await changesWithRows(session, shown.changes, { from: String(parent), to: String(number) });
  const rows = [
    ['commit', String(number)],
    ...(tags.length === 0 ? [] : [['tags', tags.join(', ')]]),
    ['time', time],
    ['author', author],
    ['made by', operation],
    ['tree', rootHash],
    ...(hash === null ? [] : [['hash', hash]]),
  ];
  await terminal.print(`${table(rows)}\n${printableLines(message)}\n\n${changes}`);
};

/** Tags of a commit before its message. */
function tagged({ tags = [] }: CommitInfo): string {
  return tags.length === 0 ? '' : `(${tags.join(', ')}) `;
}

function isSame({ added, removed, changed }: RowCountsInfo): boolean {
  return added + removed + changed === 0;
}
