/**
 * Glob patterns with captures.
 *
 * In a component: `*` any characters, `?` one, `[abc]` and `[a-z]` one of them, `[!abc]` one other, `{a,b*}` one of the
 * patterns, `\` escapes the next character. A component `**` is any number of directories, including none; at the end
 * it is everything below, at any depth, but not the directory itself. Names that begin with a dot are names like any
 * other. Matching is by Unicode code points and case-sensitive.
 *
 * Each of these is a capture, numbered left to right; `{...}` is one, whatever it contains. Where several matches are
 * possible, the left wildcards are greedy. `**` captures its match with the slash that follows: 'x/y/' in a/x/y/b for
 * a/**\/b, '' in a/b.
 */
import { PondError } from '../base/error.ts';
import { type ComponentPattern, matchComponent, parseComponent } from './globComponent.ts';
import { checkName, splitPath } from './path.ts';

/** Maximum length of a pattern in code units; generous, and it bounds the work of a match. */
const patternLengthMax = 1024;

export type GlobPart =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'wild'; readonly pattern: ComponentPattern }
  | { readonly kind: 'deep' };

/** A parsed pattern: its components between slashes. */
export interface Glob {
  readonly text: string;
  readonly absolute: boolean;
  readonly parts: readonly GlobPart[];
}

/**
 * Returns the parsed pattern; '/' and '' have no parts and match the directory they start from. Fails `invalid-path`.
 */
export function parseGlob(text: string): Glob {
  if (text.length > patternLengthMax) throw invalid(text.slice(0, 40), `it is longer than ${patternLengthMax}`);
  const components = text.split('/').filter((component) => component !== '' && component !== '.');
  return { text, absolute: text.startsWith('/'), parts: components.map((component) => parsePart(text, component)) };
}

/** True when the text has a character with a special meaning in a pattern, unless escaped by a backslash. */
export function hasWildcard(text: string): boolean {
  return /[*?[{]/.test(text.replace(/\\./gs, ''));
}

/**
 * Returns the captures when the whole path matches, else undefined. A leading slash is ignored on either side. Fails
 * `invalid-path` for a malformed path.
 */
export function matchPath(glob: Glob, path: string): string[] | undefined {
  return matchNames(glob, splitPath(path).steps);
}

/** Like matchPath, for a path in components. */
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
      if (rest !== undefined)
        return [
          names
            .slice(at, end)
            .map((name) => `${name}/`)
            .join(''),
          ...rest,
        ];
    }
    return undefined;
  }
}

/** Returns the captures of one component other than `**`, or undefined when the name does not match. */
export function matchPart(part: Exclude<GlobPart, { kind: 'deep' }>, name: string): string[] | undefined {
  if (part.kind === 'wild') return matchComponent(part.pattern, name);
  return part.name === name ? [] : undefined;
}

function parsePart(text: string, component: string): GlobPart {
  if (component === '**') return { kind: 'deep' };
  if (component === '..') throw invalid(text, "'..' cannot be used in a pattern");
  const parsed = parseComponent(component);
  if ('problem' in parsed) throw invalid(text, parsed.problem);
  return 'name' in parsed ? { kind: 'name', name: checkName(parsed.name) } : { kind: 'wild', pattern: parsed };
}

function invalid(text: string, problem: string): PondError {
  return new PondError('invalid-path', `the pattern ${JSON.stringify(text)} is not well formed: ${problem}`, {
    path: text,
  });
}
