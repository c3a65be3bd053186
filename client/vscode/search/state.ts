import type * as vscode from 'vscode';
import { printable } from '../../../server/src/base/printable.ts';
import { type GrepInfo } from '../../../server/src/protocol/commands.ts';
import { countText } from '../numberStrings.ts';
import { shownPath } from '../pondUri.ts';

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

type FoundMatch = GrepInfo['matches'][number];

/** A search and what it has found so far. */
export interface TextSearch {
  readonly query: SearchQuery;
  /** Lines by the path of their file. */
  readonly files: Map<string, FoundMatch[]>;
  readonly cancelling: vscode.CancellationTokenSource;
}

/** A row of the Search view: a file, or a line of it. */
export type SearchNode = { readonly query: SearchQuery } & (
  | { readonly type: 'file'; readonly path: string; readonly matches: readonly FoundMatch[] }
  | { readonly type: 'match'; readonly match: FoundMatch }
);

/** Adds a line that was found. A line that several patterns match is listed once. */
export function addMatch({ files }: TextSearch, match: FoundMatch): void {
  const path = shownPath(match);
  const matches = files.get(path);
  if (matches === undefined) files.set(path, [match]);
  else if (!matches.some(({ line }) => line === match.line)) matches.push(match);
}

/** Sentence about what a search has found. */
export function foundText({ query, files }: TextSearch): string {
  const lines = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  const how = queryText(query);
  const where = how === '' ? '' : ` (${how})`;
  return `“${printable(query.text)}”${where}: ${countText(lines, 'line')} in ${countText(files.size, 'file')}.`;
}

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
