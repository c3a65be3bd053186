import { isVerb, noVerb, type Verb, verbs, type VerbSpec } from './verbs.ts';

/** Returns the text of `pond help`, or of `pond help VERB`. Fails `usage` for an unknown verb. */
export function helpText(name: string | undefined): string {
  if (name === undefined) return overview();
  if (!isVerb(name)) throw noVerb(name);
  const { usage, summary, details = [] }: VerbSpec = verbs[name];
  return [`usage: pond [--pond DIR] [--json] ${name} ${usage}`.trimEnd(), '', sentence(summary), ...details, ''].join(
    '\n',
  );
}

function overview(): string {
  const names = Object.keys(verbs) as Verb[];
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => `  ${name.padEnd(width)}  ${verbs[name].summary}`);
  return [
    'usage: pond [--pond DIR] [--json] VERB ...',
    '       pond --version',
    '',
    ...lines,
    '',
    'The pond is the one of --pond, of the variable POND, or the .pond folder here or nearest above.',
    "'pond help VERB' shows what a verb takes.",
    '',
  ].join('\n');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
