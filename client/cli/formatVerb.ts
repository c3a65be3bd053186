/** The verb that states how the text of files is read. */
import { PondError } from '../../server/src/base/error.ts';
import { type FormatInfo } from '../../server/src/protocol/commands.ts';
import { shownPath, table } from './format.ts';
import { atOf, pondPath, show } from './runner.ts';
import { atHelp } from './options.ts';
import { type CommandLine, type Session, type TerminalVerb } from './verb.ts';

/** Arguments of the verb. */
interface FormatArguments {
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Names of options to remove, or true for all. */
  readonly clear: true | readonly string[] | undefined;
}

/** States options of a format for a path, or shows those that hold at it. */
export const format = {
  usage: '[--at V] [PATH] [OPTION=VALUE...] [--clear [OPTION...]]',
  summary: 'state how the text of files is read, or show what is stated',
  details: [
    'For CSV files of any extension: a file, or all files in a folder. Of each option, the nearest statement holds.',
    'Options: delimiter, quote, encoding, comment, skip, header, names, units, below, footer, nulls, decimal, dates, zone,',
    'thousands, repeated, ragged, types.COLUMN. For example: pond format /data dates=day-first decimal=, nulls=NAN,-9999.',
    '--clear removes what is stated for PATH, or the named options. Without options and --clear, shows what holds at',
    'PATH and what is stated below it.',
    atHelp,
  ],
  options: { at: { type: 'string' }, clear: { type: 'boolean' } },
  positionals: [0],
  run: runFormat,
} as const satisfies TerminalVerb;

async function runFormat(session: Session): Promise<void> {
  const { path, options, clear } = argumentsOf(session.line);
  const isChange = clear !== undefined || Object.keys(options).length > 0;
  if (isChange && session.line.texts['at'] !== undefined) {
    throw new PondError('usage', 'an earlier version cannot be changed', { hint: 'Leave --at out.' });
  }
  const info = isChange
    ? await session.call('setFormat', { path, options, ...(clear !== undefined && { clear }) })
    : await session.call('format', { path, ...atOf(session.line) });
  await show(session, info, textOf(info));
}

function argumentsOf(line: CommandLine): FormatArguments {
  const [first, ...rest] = line.positionals;
  const hasPath = first !== undefined && !isAssignment(first);
  const words = hasPath ? rest : line.positionals;
  const isClearing = line.flags.has('clear');
  const named = words.filter((word) => !isAssignment(word));
  if (named.length > 0 && !isClearing) {
    throw new PondError('usage', `expected option=value, got '${named[0] ?? ''}'`, {
      hint: "For example: pond format /data dates=day-first. 'pond help format' lists the options.",
    });
  }
  if (!hasPath && (words.length > 0 || isClearing)) {
    throw new PondError('usage', 'the path of a file or folder is missing', {
      hint: 'Usage: pond format PATH OPTION=VALUE...',
    });
  }
  const clear = !isClearing ? undefined : named.length === 0 ? true : named;
  return { path: hasPath ? pondPath(first) : '/', options: optionsIn(words.filter(isAssignment)), clear };
}

const isAssignment = (word: string): boolean => /^[a-z]+(\.[^=/]+)?=/.test(word);

/** The options of `key=value`; `types.NAME=TYPE` states the type of one column. */
function optionsIn(words: readonly string[]): Readonly<Record<string, unknown>> {
  const options = new Map<string, unknown>();
  const types = new Map<string, string>();
  for (const word of words) {
    const at = word.indexOf('=');
    const [key, value] = [word.slice(0, at), word.slice(at + 1)];
    if (key.startsWith('types.')) types.set(key.slice('types.'.length), value);
    else options.set(key, value);
  }
  if (types.size > 0) options.set('types', Object.fromEntries(types));
  return Object.fromEntries(options);
}

function textOf({ options, below }: FormatInfo): string {
  const rows = [...options, ...below].map((info) => [
    `${info.option}=${info.text}`,
    `${shownPath(info)}${info.inDocument === true ? ' (in its document)' : ''}`,
  ]);
  return rows.length === 0 ? 'no format is stated: all of it is found in the files\n' : table(rows);
}
