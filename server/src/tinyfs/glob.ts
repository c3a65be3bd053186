/**
 * Matching of glob patterns, with captures. base/glob.ts has the syntax.
 *
 * A component `**` matches any number of directories, including none; at the end it is everything below, at any depth,
 * but not the directory itself. Names that begin with a dot are names like any other. Matching is by Unicode code
 * points and case-sensitive.
 *
 * Each wildcard is a capture, numbered left to right. Where several matches are possible, the left wildcards are
 * greedy. `**` captures its match with the slash that follows: 'x/y/' in a/x/y/b for a/**\/b, '' in a/b.
 */
import { PondError } from '../base/error.ts';
import { type GlobPart, parseGlobSyntax, patternLengthMax } from '../base/glob.ts';
import { matchPart } from '../base/globPart.ts';
import { checkName } from './path.ts';

/** A valid pattern: its components between slashes. */
export interface Glob {
  readonly text: string;
  readonly absolute: boolean;
  readonly parts: readonly GlobPart[];
}

/**
 * Returns the parsed pattern; '/' and '' have no parts and match the directory they start from. Fails `invalid-path`.
 */
export function parseGlob(text: string): Glob {
  const { absolute, parts, faults } = parseGlobSyntax(text);
  const [fault] = faults;
  if (fault !== undefined) {
    const message = `invalid pattern ${JSON.stringify(text.slice(0, 80))}: ${fault.message}`;
    throw new PondError('invalid-path', message, { path: text.slice(0, patternLengthMax) });
  }
  for (const part of parts) if (part.kind === 'name') checkName(part.name);
  return { text, absolute, parts };
}

/** True when the text has a character with a special meaning in a pattern, unless escaped by a backslash. */
export function hasWildcard(text: string): boolean {
  return /[*?[{]/.test(text.replace(/\\./gs, ''));
}

/** Returns the captures when the whole path, given in components, matches; otherwise undefined. */
export function matchNames(glob: Glob, names: readonly string[]): string[] | undefined {
  const failed = new Set<number>();
  return matchFrom(0, 0);

  function matchFrom(part: number, at: number): string[] | undefined {
    const key = part * (names.length + 1) + at;
    if (failed.has(key)) return undefined;
    const captures = matchHere(part, at);
    if (captures === undefined) failed.add(key);
    return captures;
  }

  function matchHere(part: number, at: number): string[] | undefined {
    const pattern = glob.parts[part];
    if (pattern === undefined) return at === names.length ? [] : undefined;
    if (pattern.kind === 'deep') return matchDeep(part, at);
    const name = names[at];
    const here = name === undefined ? undefined : matchPart(pattern, name);
    const rest = here === undefined ? undefined : matchFrom(part + 1, at + 1);
    return here === undefined || rest === undefined ? undefined : [...here, ...rest];
  }

  function matchDeep(part: number, at: number): string[] | undefined {
    if (part === glob.parts.length - 1) return at < names.length ? [names.slice(at).join('/')] : undefined;
    for (let end = names.length; end >= at; end--) {
      const rest = matchFrom(part + 1, end);
      if (rest !== undefined) return [withSlashes(names.slice(at, end)), ...rest];
    }
    return undefined;
  }
}

const withSlashes = (names: readonly string[]): string => names.map((name) => `${name}/`).join('');
