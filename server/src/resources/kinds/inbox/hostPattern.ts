import { type Glob, type GlobPart, matchNames, matchPart, parseGlob } from '../../../tinyfs/glob.ts';

/** A pattern of host files, taken apart where its first wildcard is. */
export interface HostPattern {
  /** Absolute host folder: all that is in front of the first wildcard. */
  readonly folder: string;
  /** True when the file at these names below the folder is meant. */
  readonly takes: (names: readonly string[]) => boolean;
  /** True when a file that is meant can be below the folder at these names. */
  readonly leadsOn: (names: readonly string[]) => boolean;
}

/** Returns the pattern. One without wildcards means a single file, in its folder. Fails `invalid-path`. */
export function parseHostPattern(text: string): HostPattern {
  const { parts } = parseGlob(text);
  const wild = parts.findIndex(({ kind }) => kind !== 'name');
  const fixed = wild < 0 ? parts.length - 1 : wild;
  const names = parts.slice(0, fixed).map((part) => (part.kind === 'name' ? part.name : ''));
  const rest: Glob = { text, absolute: false, parts: parts.slice(fixed) };
  return {
    folder: /^[A-Za-z]:$/.test(names[0] ?? '') ? `${names.join('/')}/` : `/${names.join('/')}`,
    takes: (below) => matchNames(rest, below) !== undefined,
    leadsOn: (below) => leadsOn(rest.parts, below),
  };
}

/** Follows all readings of the pattern at once: `at` are the parts that may come next. */
function leadsOn(parts: readonly GlobPart[], names: readonly string[]): boolean {
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

/** A `**` may stand for no folder at all: what follows it may come next as well. */
function withDeep(parts: readonly GlobPart[], indexes: readonly number[]): ReadonlySet<number> {
  const all = new Set(indexes);
  for (const index of all) if (parts[index]?.kind === 'deep') all.add(index + 1);
  return all;
}
