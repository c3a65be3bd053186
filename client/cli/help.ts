import { PondError } from '../../server/src/base/error.ts';
import { sentence } from '../../server/src/base/sentence.ts';
import { didYouMean } from '../../server/src/base/suggest.ts';
import { type KindInfo } from '../../server/src/protocol/resources.ts';
import { type TerminalVerb, type TerminalVerbs } from './verb.ts';

/** Prints the list of verbs, the help of one, or a document of a kind of resource. */
export const help = {
  usage: '[VERB|KIND]',
  summary: 'show this help, or that of a verb, or a document of a kind of resource',
  details: ["The document of a kind is complete: 'pond help Inbox > inbox.yaml' is a file to change and to apply."],
  printsAsIs: 'text for people',
  positionals: [0, 1],
  runStandalone: async ({ positionals: [name] }, terminal, verbs) => {
    if (name !== undefined && Object.hasOwn(verbs, name)) return await terminal.print(helpText(verbs, name));
    const kinds = await allKinds();
    const named = kinds.find(({ kind }) => kind.toLowerCase() === name?.toLowerCase());
    if (named !== undefined) await terminal.print(exampleText(named));
    else await terminal.print(name === undefined ? overview(verbs, kinds) : helpText(verbs, name));
  },
} as const satisfies TerminalVerb;

async function allKinds(): Promise<readonly KindInfo[]> {
  const host = (await import('../../server/src/main.ts')).connectLocal();
  try {
    return await host.call('kinds', {});
  } finally {
    await host.close();
  }
}

/** Returns the document of a kind, with what it is as comments, so that the text is a file to apply. */
function exampleText({ kind, summary, example }: KindInfo): string {
  return [
    `# ${kind}: ${sentence(summary)}`,
    "# Change it, stage it with 'pond apply -f FILE', and commit. All keys: docs/resources.md.",
    example.trimEnd(),
    '',
  ].join('\n');
}

/** Returns the text of `pond help VERB`. Fails `usage` for an unknown verb. */
export function helpText(verbs: TerminalVerbs, name: string): string {
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

function overview(verbs: TerminalVerbs, kinds: readonly KindInfo[]): string {
  const width = Math.max(...Object.keys(verbs).map((name) => name.length));
  const lines = Object.entries(verbs).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'usage: pond [--pond DIR] [--json] VERB ...',
    '       pond --version',
    '',
    ...lines,
    '',
    'The pond is the one of --pond, or of the variable POND, or of the current folder, or of the nearest above it.',
    "'pond help VERB' shows the arguments of a verb, and 'pond help KIND' a document of a resource. Kinds are",
    `${kinds.map(({ kind }) => kind).join(', ')}.`,
    '',
  ].join('\n');
}
