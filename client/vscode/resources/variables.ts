import { type ProblemInfo } from '../../../server/src/protocol/resources.ts';

/**
 * Variables that the server did not find, without duplicates, in the order of the text. The position of a problem is
 * that of the variable.
 */
export function missingVariables(text: string, problems: readonly ProblemInfo[]): readonly string[] {
  const lines = text.split(/\r?\n/);
  const names = problems
    .filter(({ code, message }) => code === 'template-failed' && message.startsWith('no variable is given'))
    .map(({ line, character }) => /[A-Za-z_]\w*/.exec(lines[line]?.slice(character) ?? '')?.[0]);
  return [...new Set(names)].filter((name) => name !== undefined);
}
