import { PondError } from '../../server/src/base/error.ts';
import { didYouMean } from '../../server/src/base/suggest.ts';
import { type VerbSpec } from './verbs.ts';

/** Returns the error for options that Node's parser rejects; `whose` is the verb, or `pond`. */
export function usageError(error: unknown, options: NonNullable<VerbSpec['options']>, whose: string): PondError {
  const text = error instanceof Error ? error.message : String(error);
  const option = /'(?:-\w, )?(-[^' ]*)/.exec(text)?.[1] ?? '';
  const say = (message: string, hint: string): PondError => new PondError('usage', message, { hint, cause: error });
  if (text.startsWith('Unknown option')) {
    const names = Object.keys(options).map((name) => `--${name}`);
    // Single letters are too similar to suggest one.
    const guess = option.startsWith('--') ? didYouMean(option, names) : undefined;
    return say(
      `${whose} has no option ${option}`,
      guess ?? `${seeHelp(whose)}; a path that begins with - goes after --`,
    );
  }
  if (text.includes('ambiguous')) {
    const long = option.startsWith('--') ? option : longOf(option, options);
    return say(`the value of ${option} is missing`, `one that begins with - is written ${long}=-VALUE`);
  }
  if (text.includes('argument missing')) return say(`the value of ${option} is missing`, seeHelp(whose));
  if (text.includes('does not take an argument')) return say(`${option} takes no value`, seeHelp(whose));
  return say(text, seeHelp(whose));
}

/** Returns a pointer to the help on a verb, or on `pond`. */
export function seeHelp(whose: string): string {
  return whose === 'pond' ? "see 'pond help'" : `see 'pond help ${whose}'`;
}

function longOf(short: string, options: NonNullable<VerbSpec['options']>): string {
  const long = Object.keys(options).find((name) => options[name]?.short === short.slice(1));
  return long === undefined ? short : `--${long}`;
}
