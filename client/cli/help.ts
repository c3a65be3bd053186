import { PondError } from '../../server/src/base/error.ts';
import { sentence } from '../../server/src/base/sentence.ts';
import { didYouMean } from '../../server/src/base/suggest.ts';
import { type TerminalVerb, type TerminalVerbs } from './verb.ts';

/** Prints the list of verbs, or the help of one. */
export const help = {
  usage: '[VERB]',
  summary: 'show this help, or that of a verb',
  printsAsIs: 'text for people',
  positionals: [0, 1],
  runStandalone: async ({ positionals }, terminal, verbs) => await terminal.print(helpText(verbs, positionals[0])),
} as const satisfies TerminalVerb;

/** Returns the text of `pond help`, or of `pond help VERB`. Fails `usage` for an unknown verb. */
export function helpText(verbs: TerminalVerbs, name: string | undefined): string {
  if (name === undefined) return overview(verbs);
  const { usage, summary, details = [], printsAsIs } = verbNamed(verbs, name);
  const json = printsAsIs === undefined ? ' [--json]' : '';
  return [`usage: pond [--pond DIR]${json} ${name} ${usage}`.trimEnd(), '', sentence(summary), ...details, ''].join(
    '\n',
  );
}

/** Returns the verb of a name. Fails `usage` for an unknown one. */
export function verbNamed(verbs: TerminalVerbs, name: string): TerminalVerb {
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb !== undefined) return verb;
  const hint = didYouMean(name, Object.keys(verbs)) ?? "See 'pond help'.";
  throw new PondError('usage', `'${name}' is not a verb of pond`, { hint });
}

function overview(verbs: TerminalVerbs): string {
  const width = Math.max(...Object.keys(verbs).map((name) => name.length));
  const lines = Object.entries(verbs).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'usage: pond [--pond DIR] [--json] VERB ...',
    '       pond --version',
    '',
    ...lines,
    '',
    'The pond is the one of --pond, or of the variable POND, or of the current folder, or of the nearest above it.',
    "'pond help VERB' shows the arguments of a verb.",
    '',
  ].join('\n');
}
