/** Verbs that look through a tree: find, grep, du, tree. */
import { plural } from '../../server/src/base/plural.ts';
import { PondError } from '../../server/src/base/error.ts';
import { printable } from '../../server/src/base/printable.ts';
import { type FileTypeName, type NodeInfo } from '../../server/src/protocol/commands.ts';
import { hintText } from './errorText.ts';
import { exitStatus } from './exitStatus.ts';
import { humanSize, shownName, shownPath, table } from './format.ts';
import { nodesToShow, warnOfUnlisted, lastName } from './listing.ts';
import { at, atHelp, flag } from './options.ts';
import { entriesNamed } from './namedPaths.ts';
import { argument, atOf, pondPath, printJson, wholeNumber } from './runner.ts';
import { type Session, type TerminalVerb } from './verb.ts';

const text = { type: 'string' } as const;

const types: readonly FileTypeName[] = ['file', 'directory', 'table', 'series', 'symlink'];

/** Lists entries by their name, type, time and size. */
export const find: TerminalVerb = {
  usage: '[--name GLOB] [--type TYPE] [--newer V] [--older V] [--size RANGE] [--at V] [PATH|GLOB]',
  summary: 'list the entries below a path that meet all conditions',
  details: [
    'GLOB is a pattern of the last name of a path; TYPE is file, directory, table, series or symlink.',
    '--newer and --older compare the time of the last change with an ISO time, or with the time of a commit.',
    'RANGE is a size (10kB), a lower limit (10MB..), an upper limit (..1GB), or both (1MB..1GB).',
    atHelp,
  ],
  options: { name: text, type: text, newer: text, older: text, size: text, at },
  positionals: [0, 1],
  takesPatterns: true,
  run: async (session) => {
    const { line, terminal } = session;
    const { name, type, newer, older, size } = line.texts;
    const nodes = await session.call('find', {
      path: pondPath(line.positionals[0] ?? '/'),
      ...(name !== undefined && { name }),
      ...(type !== undefined && { type: typeNamed(type) }),
      ...(newer !== undefined && { newer }),
      ...(older !== undefined && { older }),
      ...(size !== undefined && sizeRange(size)),
      ...atOf(line),
    });
    if (line.json) return await printJson(session, nodes);
    const shown = nodesToShow(nodes);
    await terminal.print(shown.map((node) => `${printable(shownName(node, shownPath(node)))}\n`).join(''));
    warnOfUnlisted(terminal, nodes);
  },
};

function typeNamed(name: string): FileTypeName {
  const type = types.find((known) => known === name);
  if (type !== undefined) return type;
  throw new PondError('usage', `'${name}' is not a type`, { hint: `Types are ${types.join(', ')}.` });
}

/** Parses `10kB`, `10kB..`, `..1GB` and `10kB..1GB`. Fails `usage` for any other text. */
function sizeRange(range: string): { readonly sizeMin?: number; readonly sizeMax?: number } {
  const [, low = '', dots, high = ''] = /^([\d.]*?[kMG]?B?)(\.\.)?([\d.]*[kMG]?B?)$/.exec(range) ?? [];
  const [min, max] = [sizeOf(low), dots === undefined ? sizeOf(low) : sizeOf(high)];
  if (
    (min === undefined && max === undefined) ||
    (low !== '' && min === undefined) ||
    (high !== '' && max === undefined)
  ) {
    throw new PondError('usage', `'${range}' is not a range of sizes`, {
      hint: 'Write 10kB, 10MB.., ..1GB or 1MB..1GB.',
    });
  }
  return { ...(min !== undefined && { sizeMin: min }), ...(max !== undefined && { sizeMax: max }) };
}

const units: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };

function sizeOf(written: string): number | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([kMG]?)B?$/.exec(written) ?? [];
  return amount === undefined ? undefined : Math.round(Number(amount) * (units[unit] ?? 1));
}

/** Prints the lines of text files that contain a text. */
export const grep: TerminalVerb = {
  usage: '[-E] [-i] [-n] [-l] [--exclude GLOB]... [--at V] TEXT [PATH|GLOB]...',
  summary: 'print the lines of text files that contain a text',
  details: [
    'TEXT is found as it is; with -E it is a regular expression, as in JavaScript.',
    '-i ignores case, -n prints the numbers of the lines, -l prints the paths alone.',
    '--exclude leaves out files and directories by their name, or by their path when GLOB begins with a slash.',
    'Tables and other binary files are counted and not searched: a query reads them.',
    'The exit status is 1 if no line is found.',
    atHelp,
  ],
  options: {
    ...{ regex: flag('E'), 'ignore-case': flag('i'), 'line-number': flag('n'), list: flag('l'), at },
    exclude: { type: 'string', multiple: true },
  },
  positionals: [1],
  takesPatterns: true,
  run: async (session) => {
    const { line, terminal } = session;
    const paths = line.positionals.slice(1).map(pondPath);
    const filesOnly = line.flags.has('list');
    const found = await session.call('grep', {
      text: argument(line, 0),
      paths: paths.length === 0 ? ['/'] : paths,
      ignoreCase: line.flags.has('ignore-case'),
      regex: line.flags.has('regex'),
      exclude: line.lists['exclude'] ?? [],
      filesOnly,
      ...atOf(line),
    });
    // As grep does, so that a script can ask for a text.
    const status = found.matches.length === 0 ? exitStatus.other : 0;
    if (line.json) {
      await printJson(session, found);
      return status;
    }
    const lines = found.matches.map((match) => {
      const number = line.flags.has('line-number') ? `${match.line}:` : '';
      return printable(filesOnly ? shownPath(match) : `${shownPath(match)}:${number}${match.text}`);
    });
    await terminal.print(lines.map((one) => `${one}\n`).join(''));
    if (found.notText > 0) terminal.warn(`pond: ${plural(found.notText, 'file')} not searched: binary, or tables`);
    if (found.hasMore) {
      terminal.warn(`pond: only the first ${plural(found.matches.length, 'line')} are listed`);
      terminal.warn(hintText('Name fewer paths, or a longer text.'));
    }
    return status;
  },
};

/** Prints the sizes of directories. */
export const du: TerminalVerb = {
  usage: '[-d DEPTH] [--at V] [PATH|GLOB...]',
  summary: 'show how many bytes the current files of each directory have',
  details: [
    '-d is how many levels of directories below PATH are listed, 1 by default.',
    'Shared bytes are those of contents that several files have, and that the pond stores once.',
    'Earlier versions, and files that are computed when they are read, are not counted.',
    atHelp,
  ],
  options: { depth: { type: 'string', short: 'd' }, at },
  positionals: [0],
  takesPatterns: true,
  run: async (session) => {
    const { line, terminal } = session;
    const depth = wholeNumber('-d', line.texts['depth'] ?? '1', 0);
    const paths = line.positionals.length === 0 ? ['/'] : await entriesNamed(session);
    const found = [];
    for (const path of paths) found.push(await session.call('diskUsage', { path, depth, ...atOf(line) }));
    const usages = found.flat();
    if (line.json) return await printJson(session, usages);
    const head = ['size', 'shared', 'files', 'path'];
    const rows = usages.map((usage) => [
      humanSize(usage.bytes),
      humanSize(usage.sharedBytes),
      String(usage.files),
      shownPath(usage),
    ]);
    await terminal.print(table([head, ...rows], new Set([0, 1, 2])));
    const derived = found.reduce((sum, [whole]) => sum + (whole?.derived ?? 0), 0);
    if (derived > 0) terminal.warn(`pond: ${plural(derived, 'file')} not counted: computed when read`);
  },
};

/** Draws a directory as a tree. */
export const tree: TerminalVerb = {
  usage: '[-L DEPTH] [--at V] [PATH]',
  summary: 'draw a directory with everything below it as a tree',
  details: ['-L is how many levels are drawn. Links are not followed.', atHelp],
  options: { level: { type: 'string', short: 'L' }, at },
  positionals: [0, 1],
  run: async (session) => {
    const { line, terminal } = session;
    const depth = line.texts['level'] === undefined ? Infinity : wholeNumber('-L', line.texts['level'], 1);
    const path = pondPath(line.positionals[0] ?? '/');
    // Nothing is printed before the directory is known to exist.
    const top = await listed(session, path);
    if (line.json) {
      const nodes: NodeInfo[] = [];
      await walk(session, top, depth, (node) => Promise.resolve(void nodes.push(node)));
      return await printJson(session, nodes);
    }
    await terminal.print(`${printable(path)}\n`);
    await walk(session, top, depth, (node, prefix) => {
      return terminal.print(`${prefix}${printable(shownName(node, lastName(node)))}\n`);
    });
  },
};

async function listed(session: Session, path: string): Promise<readonly NodeInfo[]> {
  return nodesToShow(await session.call('list', { path, ...atOf(session.line) }));
}

/**
 * Calls `visit` for each of the nodes and each node below them, with the lines in front of it; lists one directory at a
 * time.
 */
async function walk(
  session: Session,
  nodes: readonly NodeInfo[],
  depth: number,
  visit: (node: NodeInfo, prefix: string) => Promise<void>,
  before = '',
): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    const isLast = index === nodes.length - 1;
    await visit(node, `${before}${isLast ? '└── ' : '├── '}`);
    if (node.type === 'directory' && depth > 1)
      await walk(session, await listed(session, node.path), depth - 1, visit, `${before}${isLast ? '    ' : '│   '}`);
  }
}
