/** Verbs between a pond and the host. */
import { join } from 'node:path';
import { type SkippedInfo } from '../../server/src/protocol/commands.ts';
import { humanSize, plural, printable, shownPath } from './format.ts';
import { argument, atOf, hostPath, pondPath, show } from './runner.ts';
import { namedPond } from './session.ts';
import { type Terminal, type VerbRunner } from './verb.ts';

/** Maximum number of skipped files to list; the rest are counted. */
const skippedLinesMax = 20;

/** Creates a pond. */
export const init: VerbRunner = async (session) => {
  const { line } = session;
  const [directory] = line.positionals;
  const place = directory === undefined ? (namedPond(line) ?? join(process.cwd(), '.pond')) : hostPath(directory);
  const made = await session.init(place);
  await show(session, made, `made a pond at ${made.pond}`);
};

/** Copies host files into the pond. */
export const importVerb: VerbRunner = async (session) => {
  const sources = session.line.positionals.slice(0, -1).map(hostPath);
  const path = pondPath(argument(session.line, sources.length));
  const made = await session.call('import', { sources, path });
  warnSkipped(session.terminal, made);
  const text = `imported ${filesOf(made)}, ${plural(made.directories, 'directory')}`;
  await show(session, made, `${text}, ${humanSize(made.bytes)}`);
};

/** Copies files of the pond to the host. */
export const exportVerb: VerbRunner = async (session) => {
  const { line } = session;
  const paths = line.positionals.slice(0, -1).map(pondPath);
  const directory = hostPath(argument(line, paths.length));
  const parts = line.texts['temporal'];
  const temporal = parts === undefined ? {} : { temporal: parts.split(',').filter((part) => part !== '') };
  const made = await session.call('export', { paths, directory, ...atOf(line), ...temporal });
  warnSkipped(session.terminal, made);
  const removed = made.temporal?.removed ?? 0;
  const counts = [
    filesOf(made),
    ...(removed === 0 ? [] : [`${removed} removed`]),
    plural(made.directories, 'directory'),
  ];
  await show(session, made, `exported ${counts.join(', ')}, ${humanSize(made.bytes)}`);
};

/** Writes the project of a site. */
export const siteVerb: VerbRunner = async (session) => {
  const { line } = session;
  const directory = hostPath(argument(line, 0));
  const title = line.texts['title'];
  const made = await session.call('site', { directory, ...atOf(line), ...(title === undefined ? {} : { title }) });
  await show(session, made, `wrote ${plural(made.pages, 'page')}, ${filesOf(made)}, ${humanSize(made.bytes)}`);
};

/** Returns the number of files, and of those already up to date. */
function filesOf({ files, unchanged }: { readonly files: number; readonly unchanged: number }): string {
  return `${plural(files, 'file')}${unchanged === 0 ? '' : `, ${unchanged} of them unchanged`}`;
}

function warnSkipped(terminal: Terminal, { skipped, skippedCount }: SkippedInfo): void {
  const shown = skipped.slice(0, skippedLinesMax);
  for (const left of shown) terminal.warn(`pond: left out ${printable(shownPath(left))}: ${left.reason}`);
  if (skippedCount > shown.length) terminal.warn(`pond: and ${skippedCount - shown.length} more left out`);
}
