/** Completion of command lines by shells. Loads neither DuckDB nor anything else that a listing does not need. */
import { isPondError } from '../../server/src/base/error.ts';
import { verbIndex } from './commandLine.ts';
import { globalOptions } from './globalOptions.ts';
import { formatNames } from './queryRequest.ts';
import { shells } from './shellScripts.ts';
import { type Session, type TerminalVerb, type TerminalVerbs } from './verb.ts';

/** Looks into the pond of the command line. */
type Call = Session['call'];

/**
 * Returns the words that the last of `words`, the arguments so far, may become; none where the shell's own completion of
 * files applies, or without a pond. Directories end in a slash.
 */
export async function completions(
  verbs: TerminalVerbs,
  words: readonly string[],
  call: Call,
): Promise<readonly string[]> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const at = verbIndex(before);
  const verb = before[at] === undefined ? undefined : verbs[before[at]];
  const options = optionsOf(verb);
  const previous = before.at(-1) ?? '';
  const startsWell = (word: string): boolean => word.startsWith(current);
  if (options.get(previous) === 'string') return valuesOf(previous).filter(startsWell);
  if (current.startsWith('-')) return [...options.keys()].filter(startsWell);
  if (before[at] === undefined) return Object.keys(verbs).filter(startsWell);
  if (verb === undefined) return [];
  const count = before.slice(at + 1).filter((word) => !word.startsWith('-')).length;
  switch (argumentOf(verb, count)) {
    case 'verb':
      return Object.keys(verbs).filter(startsWell);
    case 'shell':
      return shells.filter(startsWell);
    case 'name':
      return (await orNone(() => resourceNames(call))).filter(startsWell);
    case 'path':
      return await orNone(() => pathsFrom(call, current));
    case 'host':
      return [];
  }
}

/** Options of a verb and of all verbs, as they are written, with the kind of their value. */
function optionsOf(verb: TerminalVerb | undefined): ReadonlyMap<string, 'string' | 'boolean'> {
  const options: TerminalVerb['options'] = { ...globalOptions, ...verb?.options };
  const all = Object.entries(options);
  return new Map(
    all.flatMap(([name, { type, short }]) => [
      [`--${name}`, type] as const,
      ...(short === undefined ? [] : [[`-${short}`, type] as const]),
    ]),
  );
}

function valuesOf(option: string): readonly string[] {
  if (option === '--format') return ['table', ...formatNames];
  return option === '--type' ? ['file', 'directory', 'table', 'series', 'symlink'] : [];
}

type Argument = 'verb' | 'shell' | 'name' | 'path' | 'host';

/** Kind of an argument, by the words of the verb's usage; `count` is the number of arguments before it. */
function argumentOf({ usage }: TerminalVerb, count: number): Argument {
  const kinds: readonly (readonly [RegExp, Argument])[] = [
    [/\bVERB\b/, 'verb'],
    [/\bSHELL\b/, 'shell'],
    [/\bNAME\b(?!=)/, 'name'],
    // Host files come first, and the path of the pond last.
    [/\b(HOST|FILE)\.{3} PATH\b/, count === 0 ? 'host' : 'path'],
    [/\bPATH\b|\bGLOB\b|\bA B\b/, 'path'],
  ];
  return kinds.find(([pattern]) => pattern.test(usage))?.[1] ?? 'host';
}

async function pathsFrom(call: Call, current: string): Promise<readonly string[]> {
  const slash = current.lastIndexOf('/') + 1;
  const [directory, last] = [current.slice(0, slash), current.slice(slash)];
  const path = `/${directory.replace(/^\/|\/$/g, '')}`;
  const entries = await call('children', { path });
  return entries.flatMap(([name, type, targetType]) =>
    name.startsWith(last) ? [`${directory}${name}${(targetType ?? type) === 'directory' ? '/' : ''}`] : [],
  );
}

async function resourceNames(call: Call): Promise<readonly string[]> {
  const resources = await call('resources', {});
  const names = resources.map(({ name }) => name);
  return resources.map(({ kind, name }) =>
    names.filter((other) => other === name).length > 1 ? `${kind}/${name}` : name,
  );
}

/** A shell shows nothing about a pond that cannot be opened, or a directory that is not there. */
async function orNone(work: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await work();
  } catch (error) {
    if (isPondError(error)) return [];
    throw error;
  }
}
