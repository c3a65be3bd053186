import { type GlobPart } from '../../../base/glob.ts';
import { matchPart } from '../../../base/globPart.ts';
import { type Glob, matchNames, parseGlob } from '../../../tinyfs/glob.ts';

/** A pattern of host files, split before its first wildcard. */
export interface HostPattern {
  /** Absolute host folder: the part before the first wildcard. */
  readonly folder: string;
  /** True when the file with these names below the folder matches. */
  readonly matches: (names: readonly string[]) => boolean;
  /** True when the folder with these names may contain a match. */
  readonly mayContain: (names: readonly string[]) => boolean;
}

/** Returns the pattern. Without wildcards it matches a single file, in its folder. Fails `invalid-path`. */
export function parseHostPattern(text: string): HostPattern {
  const { parts } = parseGlob(text);
  const wild = parts.findIndex(({ kind }) => kind !== 'name');
  const fixed = wild < 0 ? parts.length - 1 : wild;
  const names = parts.slice(0, fixed).map((part) => (part.kind === 'name' ? part.name : ''));
  const rest: Glob = { text, absolute: false, parts: parts.slice(fixed) };
  return {
    folder: /^[A-Za-z]:$/.test(names[0] ?? '') ? `${names.join('/')}/` : `/${names.join('/')}`,
    matches: (below) => matchNames(rest, below) !== undefined,
    mayContain: (below) => mayContain(rest.parts, below),
  };
}

/** Follows all interpretations of the pattern at once: `at` holds the parts that may come next. */
function mayContain(parts: readonly GlobPart[], names: readonly string[]): boolean {
  let at = withDeep(parts, [0]);
  for (const name of names) {
    const next = [...at].flatMap((index) => {
      const part = parts[index];
      if (part === undefined) return [];
      if (part.kind === 'deep') return [index];
      return matchPart(part, name) === undefined ? [] : [index + 1];
    });
    at = withDeep(parts, next);
  }
  return [...at].some((index) => index < parts.length);
}

/** A `**` also matches no folder at all, so the part after it may come next as well. */
function withDeep(parts: readonly GlobPart[], indexes: readonly number[]): ReadonlySet<number> {
  const all = new Set(indexes);
  for (const index of all) if (parts[index]?.kind === 'deep') all.add(index + 1);
  return all;
}
