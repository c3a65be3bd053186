import { parseArgs } from 'node:util';
import { PondError } from '../../server/src/base/error.ts';
import { globalOptions } from './globalOptions.ts';
import { usageError } from './usageError.ts';
import { verbNamed } from './help.ts';
import { type CommandLine, type TerminalVerbs, type VerbSpec } from './verb.ts';

/** Parses the arguments; global options may come before or after the verb. Fails `usage`. */
export function parseCommandLine(verbs: TerminalVerbs, args: readonly string[]): CommandLine {
  const at = verbIndex(args);
  const name = args[at];
  if (name === undefined) {
    const { values } = parse(args, globalOptions, 'pond');
    const isHelp = values['help'] === true || args.length === 0;
    if (!isHelp) throw new PondError('usage', 'a verb is missing', { hint: "See 'pond help'." });
    return parseCommandLine(verbs, ['help']);
  }
  // An unknown name after an unknown option may be the option's value.
  if (!Object.hasOwn(verbs, name)) parse(args.slice(0, at), globalOptions, 'pond');
  const verb = verbNamed(verbs, name);
  const own = args.slice(at + 1).map((arg) => (verb.takesSql === true ? commentAsText(arg) : arg));
  const { values, positionals } = parse([...args.slice(0, at), ...own], { ...globalOptions, ...verb.options }, name);
  const { pond, json, help, ...texts } = values;
  // An unset variable of the shell; falling back to another pond would be wrong.
  if (pond === '') throw new PondError('usage', '--pond takes a folder, got an empty text');
  const line: CommandLine = {
    name,
    verb,
    pond: typeof pond === 'string' ? pond : undefined,
    json: json === true,
    help: help === true,
    texts: Object.fromEntries(
      Object.entries(texts).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
    lists: Object.fromEntries(
      Object.entries(texts).filter((entry): entry is [string, string[]] => Array.isArray(entry[1])),
    ),
    flags: new Set(Object.keys(texts).filter((key) => texts[key] === true)),
    positionals,
  };
  if (!line.help) {
    checkCount(name, verb, positionals.length);
    refuseJson(line);
  }
  return line;
}

/** Returns the index of the verb: the first argument that is neither an option nor an option's value. */
export function verbIndex(args: readonly string[]): number {
  let index = 0;
  while (index < args.length && args[index]?.startsWith('-') === true) index += args[index] === '--pond' ? 2 : 1;
  return index;
}

/** SQL that begins with a comment looks like an option; no option contains a space. */
const commentAsText = (arg: string): string => (/^--\s/.test(arg) ? ` ${arg}` : arg);

function parse(
  args: readonly string[],
  options: NonNullable<VerbSpec['options']>,
  whose: string,
): { readonly values: Readonly<Record<string, unknown>>; readonly positionals: readonly string[] } {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw usageError(error, { args, options, whose });
  }
}

/** Fails `usage` for a verb that prints what it prints as it is: a program would parse it as JSON. */
function refuseJson({ name, verb: { printsAsIs }, json }: CommandLine): void {
  if (!json || printsAsIs === undefined) return;
  throw new PondError('usage', `'pond ${name}' prints ${printsAsIs}, and takes no --json`, {
    hint: "'pond --json query' prints the rows of a table as JSON.",
  });
}

function checkCount(name: string, { positionals: [min, max = Infinity], usage }: VerbSpec, count: number): void {
  if (count >= min && count <= max) return;
  const problem = count < min ? 'too few arguments' : 'too many arguments';
  throw new PondError('usage', `${problem} for '${name}'`, { hint: `Usage: pond ${name} ${usage}`.trim() });
}
