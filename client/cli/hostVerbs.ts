/** Verbs between a pond and the host. */
import { join } from 'node:path';
import { plural } from '../../server/src/base/plural.ts';
import { type SkippedInfo } from '../../server/src/protocol/commands.ts';
import { PondError } from '../../server/src/base/error.ts';
import { printable } from '../../server/src/base/printable.ts';
import { exitStatus } from './exitStatus.ts';
import { humanSize, shownPath } from './format.ts';
import { at, atHelp } from './options.ts';
import { inOneLine } from './runText.ts';
import { argument, atOf, hostPath, pondPath, show, namedPond } from './runner.ts';
import { type Session, type Terminal, type TerminalVerb, type VerbRunner } from './verb.ts';

/** Maximum number of skipped files to list; the rest are counted. */
const skippedLinesMax = 20;

/** The verb that creates a pond. */
export const init = {
  usage: '[DIR]',
  summary: 'create a pond at DIR, or .pond in the current folder',
  positionals: [0, 1],
  async run(session) {
    const { line } = session;
    const [directory] = line.positionals;
    const target = directory === undefined ? (namedPond(line) ?? join(process.cwd(), '.pond')) : hostPath(directory);
    const result = await session.init(target);
    await show(session, result, `created a pond at ${result.pond}`);
  },
} as const satisfies TerminalVerb;

/** Copies host files into the pond. */
export const importVerb: VerbRunner = async (session) => {
  const sources = session.line.positionals.slice(0, -1).map(hostPath);
  const path = pondPath(argument(session.line, sources.length));
  const { as: named, time } = session.line.texts;
  const as = named === undefined ? undefined : typeOf(named);
  if (time !== undefined && as !== 'series') {
    throw new PondError('usage', '--time is for --as series', { hint: 'A table has no time column.' });
  }
  const params = { sources, path, ...(as && { as }), ...(time !== undefined && { time }) };
  const result = await session.call('import', params);
  warnSkipped(session.terminal, result);
  const text = `imported ${filesOf(result)}, ${plural(result.directories, 'directory')}`;
  await show(session, result, `${text}, ${humanSize(result.bytes)}`);
};

function typeOf(name: string): 'series' | 'table' {
  if (name === 'series' || name === 'table') return name;
  throw new PondError('usage', `--as ${name} is not known`, { hint: 'Files become a series or a table.' });
}

/** Copies files of the pond to the host. */
export const exportVerb: VerbRunner = async (session) => {
  const { line } = session;
  const paths = line.positionals.slice(0, -1).map(pondPath);
  const directory = hostPath(argument(line, paths.length));
  const parts = line.texts['temporal'];
  const temporal = parts === undefined ? {} : { temporal: parts.split(',').filter((part) => part !== '') };
  const result = await session.call('export', { paths, directory, ...atOf(line), ...temporal });
  warnSkipped(session.terminal, result);
  const removed = result.temporal?.removed ?? 0;
  const counts = [
    filesOf(result),
    ...(removed === 0 ? [] : [`${removed} removed`]),
    plural(result.directories, 'directory'),
  ];
  await show(session, result, `exported ${counts.join(', ')}, ${humanSize(result.bytes)}`);
  const isEmpty = result.files + result.directories === 0;
  return isEmpty && result.skippedCount > 0 ? exitStatus.other : 0;
};

/** The verb that writes the project of a site. */
export const site = {
  usage: '[--at V] [--title TEXT] [--lang TAG] HOSTDIR',
  summary: 'write an Observable Framework project with charts of derived data',
  details: [
    'In HOSTDIR, npm install and npm run build create the website, in dist.',
    'Your own files there are kept, and so are your changes to package.json, observablehq.config.js and style.css.',
    '--lang names the language of the pages, such as de or en-GB: numbers and months are written as there.',
    atHelp,
  ],
  options: { at, title: { type: 'string' }, lang: { type: 'string' } },
  positionals: [1, 1],
  run: writeSite,
} as const satisfies TerminalVerb;

async function writeSite(session: Session): Promise<number> {
  const { line, terminal } = session;
  const directory = hostPath(argument(line, 0));
  const { title, lang } = line.texts;
  const result = await session.call('site', {
    directory,
    ...atOf(line),
    ...(title === undefined ? {} : { title }),
    ...(lang === undefined ? {} : { lang }),
  });
  await show(session, result, `wrote ${plural(result.pages, 'page')}, ${filesOf(result)}, ${humanSize(result.bytes)}`);
  if (!line.json) warnSkipped(terminal, result);
  return result.skippedCount === 0 ? 0 : exitStatus.other;
}

/** Returns the number of files, and of those already up to date. */
function filesOf({ files, unchanged }: { readonly files: number; readonly unchanged: number }): string {
  return `${plural(files, 'file')}${unchanged === 0 ? '' : `, ${unchanged} of them unchanged`}`;
}

/** Names the files that were skipped, as warnings: some of them, and the number of the others. */
export function warnSkipped(terminal: Terminal, { skipped, skippedCount }: SkippedInfo): void {
  const shown = skipped.slice(0, skippedLinesMax);
  for (const one of shown) terminal.warn(`pond: skipped ${printable(`${shownPath(one)}: ${inOneLine(one.reason)}`)}`);
  if (skippedCount > shown.length) terminal.warn(`pond: and ${skippedCount - shown.length} more skipped`);
}
