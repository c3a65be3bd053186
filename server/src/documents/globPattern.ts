import { parseGlobSyntax, patternLengthMax } from '../base/glob.ts';
import { type Issue } from './issue.ts';

/** The properties of a pattern that a document check needs; the file system does the matching. */
interface GlobPattern {
  /** Number of wildcards: `*`, `?`, `**`, `[…]` and `{…}` count as one each, in order of appearance. */
  readonly wildcards: number;
  readonly issues: readonly Issue[];
}

/** Returns the wildcard count of a path pattern and its issues, at most one per component. */
export function scanGlob(text: string): GlobPattern {
  if (/^[/.]*$/.test(text) && !text.includes('..')) {
    return { wildcards: 0, issues: [{ code: 'glob-invalid', message: `the pattern "${text}" names no file` }] };
  }
  const { wildcards, faults } = parseGlobSyntax(text);
  const isTooLong = text.length > patternLengthMax;
  const issues = faults.map(({ message, start, end }): Issue => {
    return { code: 'glob-invalid', message, ...(!isTooLong && { part: { start, end } }) };
  });
  return { wildcards, issues };
}
