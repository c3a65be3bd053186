import { PondError } from '../../server/src/base/error.ts';
import { didYouMean } from '../../server/src/base/suggest.ts';
import { type VerbSpec } from './verb.ts';

/** The arguments of a verb, or of `pond`, which is `whose`. */
interface ParsedLine {
  readonly args: readonly string[];
  readonly options: NonNullable<VerbSpec['options']>;
  readonly whose: string;
}

/** Returns the error for options that Node's parser rejects. */
export function usageError(error: unknown, { args, options, whose }: ParsedLine): PondError {
  const text = error instanceof Error ? error.message : String(error);
  const rejected = /'(?:-\w, )?(-[^' ]*)/.exec(text)?.[1] ?? '';
  // Node takes -name for -n -a -m -e; who writes it knows the options of find.
  const option = args.find((arg) => /^-\w{2,}$/.test(arg) && arg.includes(rejected.slice(1))) ?? rejected;
  const failure = (message: string, hint: string): PondError => new PondError('usage', message, { hint, cause: error });
  if (text.startsWith('Unknown option')) {
    const names = Object.keys(options).map((name) => `--${name}`);
    // Single letters are too similar to suggest one.
    const guess = option.length > 2 ? meantOption(option, names) : undefined;
    return failure(
      `${whose} has no option ${option}`,
      guess ?? `${seeHelp(whose)} A path that begins with - goes after --.`,
    );
  }
  if (text.includes('ambiguous')) {
    const long = option.startsWith('--') ? option : longOf(option, options);
    return failure(`the value of ${option} is missing`, `Write a value that begins with - as ${long}=-VALUE.`);
  }
  if (text.includes('argument missing')) return failure(`the value of ${option} is missing`, seeHelp(whose));
  if (text.includes('does not take an argument')) return failure(`${option} takes no value`, seeHelp(whose));
  return failure(text, seeHelp(whose));
}

function meantOption(option: string, names: readonly string[]): string | undefined {
  const long = option.replace(/^-(?!-)/, '--');
  return long !== option && names.includes(long) ? `Did you mean "${long}"?` : didYouMean(long, names);
}

/** Returns a pointer to the help on a verb, or on `pond`. */
function seeHelp(whose: string): string {
  return whose === 'pond' ? "See 'pond help'." : `See 'pond help ${whose}'.`;
}

function longOf(short: string, options: NonNullable<VerbSpec['options']>): string {
  const long = Object.keys(options).find((name) => options[name]?.short === short.slice(1));
  return long === undefined ? short : `--${long}`;
}
