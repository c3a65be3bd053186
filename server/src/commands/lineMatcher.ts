/** Finding a text or a regular expression in lines, with bounded work. */
import { createContext, Script } from 'node:vm';
import { PondError } from '../base/error.ts';

/** The first match in a line, in UTF-16 code units. */
export interface LineMatch {
  readonly character: number;
  readonly length: number;
}

/** Returns the first match in each line; undefined for a line without one. Fails `usage` when it takes too long. */
export type LineMatcher = (lines: readonly string[]) => readonly (LineMatch | undefined)[];

/** Milliseconds for a few hundred lines: a thousand times what any sensible expression takes. */
const batchMs = 500;

/** Returns a matcher. Fails `usage` for an empty text, and for an expression with a mistake. */
export function lineMatcher(
  text: string,
  { regex = false, ignoreCase = false }: { readonly regex?: boolean; readonly ignoreCase?: boolean },
): LineMatcher {
  if (text === '') throw new PondError('usage', 'the text to search for is empty');
  // In lower case, characters such as İ are longer, which would move the position of all that follows them.
  if (regex || ignoreCase) return expressionMatcher(expressionOf(regex ? text : literal(text), ignoreCase));
  return (lines) =>
    lines.map((line) => {
      const character = line.indexOf(text);
      return character < 0 ? undefined : { character, length: text.length };
    });
}

/** An expression that matches a text and nothing else. */
function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function expressionOf(text: string, ignoreCase: boolean): RegExp {
  const flags = ignoreCase ? 'i' : '';
  try {
    return new RegExp(text, `${flags}u`);
  } catch {
    // Without Unicode, needless escapes such as \- are accepted.
  }
  try {
    return new RegExp(text, flags);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^Invalid regular expression: /, '') : '';
    throw new PondError('usage', `the regular expression has a mistake: ${why}`, { cause });
  }
}

/**
 * An expression such as (a+)+$ may need more steps for a line than there are atoms. Only code in a context of its own can be
 * stopped.
 */
function expressionMatcher(expression: RegExp): LineMatcher {
  const script = new Script(
    'lines.map((line) => { const m = expression.exec(line); return m && [m.index, m[0].length]; })',
  );
  const sandbox: { lines: readonly string[]; readonly expression: RegExp } = { lines: [], expression };
  const context = createContext(sandbox);
  return (lines) => {
    sandbox.lines = lines;
    try {
      const found = script.runInContext(context, { timeout: batchMs }) as readonly (readonly [number, number] | null)[];
      return found.map((match) => (match === null ? undefined : { character: match[0], length: match[1] }));
    } catch (cause) {
      throw new PondError('usage', `the regular expression takes too long: /${expression.source}/`, {
        hint: 'Avoid repetitions of repetitions, such as (a+)+.',
        cause,
      });
    }
  };
}
