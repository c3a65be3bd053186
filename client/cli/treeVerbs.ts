/** Verbs on the tree of a pond. */
import { plural } from '../../server/src/base/plural.ts';
import { PondError } from '../../server/src/base/error.ts';
import { type NodeInfo } from '../../server/src/protocol/commands.ts';
import { printable } from '../../server/src/base/printable.ts';
import { longRow, minute, shownName, shownPath, table } from './format.ts';
import { nodesToShow, warnOfUnlisted, lastName } from './listing.ts';
import { entriesNamed } from './namedPaths.ts';
import { lookAlikes, spelledOut } from './lookAlikes.ts';
import { argument, atOf, isPattern, pondPath, printJson, show } from './runner.ts';
import { type Session, type VerbRunner } from './verb.ts';

/** Lists directories or what matches patterns. */
export const ls: VerbRunner = async (session) => {
  const { line, terminal } = session;
  const texts = line.positionals.length === 0 ? ['/'] : line.positionals;
  const recursive = line.flags.has('recursive');
  const nodes: NodeInfo[] = [];
  for (const text of texts) {
    const found = await session.call('list', { path: pondPath(text), recursive, ...atOf(line) });
    if (isPattern(text) && found.length === 0 && !line.json) terminal.warn(`pond: nothing matches ${printable(text)}`);
    nodes.push(...found);
  }
  if (line.json) return await printJson(session, nodes);
  warnOfUnlisted(terminal, nodes);
  // Names suffice when all entries are in the one requested directory.
  const inOnePlace = !recursive && texts.length === 1 && !texts.some(isPattern);
  // A directory that could not be searched is not a match.
  const shown = nodesToShow(nodes.filter(({ unlisted }) => recursive || unlisted === undefined));
  warnOfLookAlikes(session, shown.map(shownPath));
  const name = (node: NodeInfo): string => (inOnePlace ? lastName(node) : shownPath(node));
  if (line.flags.has('long'))
    await terminal.print(
      table(
        shown.map((node) => longRow(node, name(node))),
        new Set([1, 3]),
      ),
    );
  else await terminal.print(shown.map((node) => `${printable(shownName(node, name(node)))}\n`).join(''));
};

/** Warns of names of one directory that look alike. */
function warnOfLookAlikes({ terminal }: Session, paths: readonly string[]): void {
  for (const [one, other] of lookAlikes(paths).map((pair) => pair.map(spelledOut))) {
    terminal.warn(`pond: two names look alike: ${one} and ${other}`);
  }
}

/** Prints the details of a path. */
export const stat: VerbRunner = async (session) => {
  const { line } = session;
  const node = await session.call('stat', { path: pondPath(argument(line, 0)), ...atOf(line) });
  const attributes = Object.entries(node.attributes).map(([key, value]) => [`@${key}`, value]);
  const rows = [
    ['path', node.path === '/' ? '/' : shownName(node, shownPath(node))],
    ['type', node.targetType === undefined ? node.type : `${node.type} to a ${node.targetType}`],
    [
      node.type === 'directory' ? 'entries' : 'size',
      node.sizeUnknown === true ? 'unknown until it is read' : `${node.size}`,
    ],
    ['modified', minute(node.modified)],
    ['version', String(node.version)],
    ...seriesRows(node),
    ['sha256', node.sha256],
    ['id', node.id],
    ...attributes,
  ];
  await show(session, node, table(rows));
};

function seriesRows({ series, latest }: NodeInfo): readonly string[][] {
  if (series === undefined) return latest === undefined ? [] : [['latest time', latest]];
  const { rows, minTime, maxTime, versionsWithoutTimes: without } = series;
  const unknown = without === 0 ? '' : ` (${plural(without, 'version')} without times)`;
  const times = minTime === null || maxTime === null ? 'unknown' : `${minTime} to ${maxTime}${unknown}`;
  return [
    ['rows', String(rows)],
    ['times', times],
  ];
}

/** Creates a directory. */
export const mkdir: VerbRunner = async (session) => {
  const { line } = session;
  const path = pondPath(argument(line, 0));
  await show(session, await session.call('makeDirectory', { path, parents: line.flags.has('parents') }));
};

/** Creates empty files. */
export const touch: VerbRunner = async (session) => {
  await show(session, await session.call('touch', { paths: session.line.positionals.map(pondPath) }));
};

/** Stores standard input. */
export const write: VerbRunner = async (session) => {
  const path = pondPath(argument(session.line, 0));
  const input = session.terminal.input();
  const params = { path, content: new Uint8Array(), create: true, overwrite: true };
  await show(session, await session.call('write', params, { input }));
};

/** Copies entries. */
export const cp: VerbRunner = async (session) => {
  const { line } = session;
  const [from, to] = [pondPath(argument(line, 0)), pondPath(argument(line, 1))];
  const recursive = line.flags.has('recursive');
  await show(session, await session.call('copy', { from, to, recursive, overwrite: true, into: true }));
};

/** Moves entries. */
export const mv: VerbRunner = async (session) => {
  const { line } = session;
  const [from, to] = [pondPath(argument(line, 0)), pondPath(argument(line, 1))];
  const moved = await session.call('rename', { from, to, overwrite: true, into: true });
  const readers = (await session.call('references', { name: from })).map(({ resource }) => resource);
  if (readers.length > 0) {
    const names = `${readers.length === 1 ? 'names' : 'name'} ${printable(from)} in ${readers.length === 1 ? 'its document' : 'their documents'}`;
    session.warn(`${readers.map(printable).join(', ')} ${names}: change it there, or move it back`);
  }
  await show(session, moved);
};

/** Removes entries. */
export const rm: VerbRunner = async (session) => {
  const paths = await entriesNamed(session);
  const removed = await session.call('remove', { paths, recursive: session.line.flags.has('recursive') });
  await show(session, removed);
};

/** Creates a symbolic link. */
export const ln: VerbRunner = async (session) => {
  const { line } = session;
  if (!line.flags.has('symbolic')) {
    throw new PondError('usage', 'only symbolic links can be created', { hint: 'Usage: pond ln -s TARGET PATH' });
  }
  const params = { target: argument(line, 0), path: pondPath(argument(line, 1)) };
  await show(session, await session.call('link', params));
};
