import { type GrepInfo } from '../../../server/src/protocol/commands.ts';

/** A text to search for, and the place to search. */
export interface SearchQuery {
  readonly pond: string;
  readonly text: string;
  readonly regex: boolean;
  readonly matchCase: boolean;
  /** Patterns of paths, or names; all files without any. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Number of a commit; undefined for the working tree. */
  readonly at: string | undefined;
}

export type FoundMatch = GrepInfo['matches'][number];

/** A row of the Search view: a file, or a line of it. */
export type SearchNode =
  | { readonly type: 'file'; readonly path: string; readonly matches: readonly FoundMatch[] }
  | { readonly type: 'match'; readonly match: FoundMatch };

/** Splits patterns between commas; those that do not begin with a slash match at any depth. */
export function patternsIn(text: string): readonly string[] {
  const patterns = text.split(',').map((pattern) => pattern.trim());
  return patterns
    .filter((pattern) => pattern !== '')
    .map((pattern) => (pattern.startsWith('/') ? pattern : `/**/${pattern}`));
}

/** Returns what is searched, and how, in words. */
export function queryText({ regex, matchCase, include, exclude, at }: Omit<SearchQuery, 'pond' | 'text'>): string {
  const parts = [
    regex ? 'expression' : undefined,
    matchCase ? 'exact case' : undefined,
    include.length === 0 ? undefined : `in ${include.join(', ')}`,
    exclude.length === 0 ? undefined : `without ${exclude.join(', ')}`,
    at === undefined ? undefined : `version ${at}`,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}
