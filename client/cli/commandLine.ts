import { parseArgs } from 'node:util';
import { PondError } from '../../server/src/base/error.ts';
import { usageError } from './usageError.ts';
import { isVerb, noVerb, type Verb, verbs, type VerbSpec } from './verbs.ts';

/** A parsed command line. */
export interface CommandLine {
  readonly verb: Verb;
  /** Value of --pond. */
  readonly pond: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
  /** The verb's own text options, by long name. */
  readonly texts: Readonly<Record<string, string>>;
  /** Repeatable options, by long name. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  readonly flags: ReadonlySet<string>;
  readonly positionals: readonly string[];
}

const globalOptions = {
  pond: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Parses the arguments; global options may come before or after the verb. Fails `usage`. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const at = verbIndex(args);
  const name = args[at];
  if (name === undefined) {
    const { values } = parse(args, globalOptions, 'pond');
    const helpAsked = values['help'] === true || args.length === 0;
    if (!helpAsked) throw new PondError('usage', 'a verb is missing', { hint: "see 'pond help'" });
    return {
      verb: 'help',
      pond: undefined,
      json: false,
      help: false,
      texts: {},
      lists: {},
      flags: new Set(),
      positionals: [],
    };
  }
  if (!isVerb(name)) {
    // After an unknown option, this may be its value.
    parse(args.slice(0, at), globalOptions, 'pond');
    throw noVerb(name);
  }
  const spec: VerbSpec = verbs[name];
  const own = [...args.slice(0, at), ...args.slice(at + 1).map((arg) => (name === 'query' ? commentAsText(arg) : arg))];
  const { values, positionals } = parse(own, { ...globalOptions, ...spec.options }, name);
  const { pond, json, help, ...texts } = values;
  // An unset variable of the shell; falling back to another pond would be wrong.
  if (pond === '') throw new PondError('usage', '--pond takes a folder, got an empty text');
  const line: CommandLine = {
    verb: name,
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
  if (!line.help) checkCount(name, spec, positionals.length);
  return line;
}

/** Returns the index of the verb: the first argument that is neither an option nor an option's value. */
function verbIndex(args: readonly string[]): number {
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
    throw usageError(error, options, whose);
  }
}

function checkCount(name: Verb, { positionals: [least, most = Infinity], usage }: VerbSpec, count: number): void {
  if (count >= least && count <= most) return;
  const problem = count < least ? 'too few arguments' : 'too many arguments';
  throw new PondError('usage', `${problem} for '${name}'`, { hint: `usage: pond ${name} ${usage}`.trim() });
}
