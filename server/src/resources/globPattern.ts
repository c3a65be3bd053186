import { type Issue } from './issue.ts';

/** A pattern as far as a document check needs it; matching is the file system's. */
export interface GlobPattern {
  /** How many wildcards it has: `*`, `?`, `**`, `[…]` and `{…}` are one each, in the order they stand. */
  readonly wildcards: number;
  readonly issues: readonly Issue[];
}

/** Returns the wildcard count of a pattern of paths and what is wrong with it. `\` takes a wildcard's meaning away. */
export function scanGlob(text: string): GlobPattern {
  const issues: Issue[] = [...componentIssues(text)];
  let wildcards = 0;
  let offset = 0;
  while (offset < text.length) {
    const wildcard = wildcardAt(text, offset);
    if (wildcard.issue !== undefined) issues.push(wildcard.issue);
    if (wildcard.counts) wildcards += 1;
    offset = wildcard.end;
  }
  return { wildcards, issues };
}

interface Wildcard {
  readonly end: number;
  readonly counts: boolean;
  readonly issue?: Issue;
}

function wildcardAt(text: string, start: number): Wildcard {
  switch (text[start]) {
    case '\\':
      return start + 1 < text.length
        ? { end: start + 2, counts: false }
        : {
            end: text.length,
            counts: false,
            issue: invalid('a "\\" at the end takes no meaning away', start, text.length),
          };
    case '?':
      return { end: start + 1, counts: true };
    case '*':
      return starsAt(text, start);
    case '[':
      return classAt(text, start);
    case '{':
      return alternativesAt(text, start);
    case '}':
      return { end: start + 1, counts: false, issue: invalid('a "}" closes nothing', start, start + 1) };
    default:
      return { end: start + 1, counts: false };
  }
}

function starsAt(text: string, start: number): Wildcard {
  let end = start;
  while (text[end] === '*') end += 1;
  if (end - start === 1) return { end, counts: true };
  const whole = (start === 0 || text[start - 1] === '/') && (end === text.length || text[end] === '/');
  if (end - start === 2 && whole) return { end, counts: true };
  const message = end - start > 2 ? 'more than two "*" in a row mean nothing' : '"**" must stand alone between slashes';
  return { end, counts: true, issue: invalid(message, start, end) };
}

function classAt(text: string, start: number): Wildcard {
  const first = text[start + 1] === '!' || text[start + 1] === '^' ? start + 2 : start + 1;
  // A "]" in the first place is a member of the class, not its end.
  const close = text.indexOf(']', first + 1);
  const slash = text.indexOf('/', start);
  if (close < 0 || (slash >= 0 && slash < close)) {
    const end = slash < 0 ? text.length : slash;
    return { end, counts: true, issue: invalid('a "[" is not closed by a "]" before the next slash', start, end) };
  }
  return { end: close + 1, counts: true };
}

function alternativesAt(text: string, start: number): Wildcard {
  let depth = 0;
  for (let offset = start; offset < text.length; offset += 1) {
    if (text[offset] === '\\') offset += 1;
    else if (text[offset] === '{') depth += 1;
    else if (text[offset] === '}') depth -= 1;
    if (depth > 0) continue;
    const end = offset + 1;
    const empty = end - start === 2;
    return { end, counts: true, ...(empty && { issue: invalid('"{}" has no alternatives', start, end) }) };
  }
  return { end: text.length, counts: true, issue: invalid('a "{" is not closed by a "}"', start, text.length) };
}

/** Slashes inside of `{…}` separate components too, so splitting at each slash finds every "." and "..". */
function componentIssues(text: string): readonly Issue[] {
  if (/^\/*$/.test(text)) return [{ code: 'glob-invalid', message: `the pattern "${text}" names no file` }];
  const issues: Issue[] = [];
  let start = 0;
  for (const component of text.split('/')) {
    const end = start + component.length;
    if (component === '.' || component === '..') {
      issues.push(invalid(`a pattern cannot go through "${component}"`, start, end));
    }
    if (component === '' && start > 0) {
      issues.push(invalid('a pattern has a name between slashes and after the last', start - 1, end));
    }
    start = end + 1;
  }
  return issues;
}

function invalid(message: string, start: number, end: number): Issue {
  return { code: 'glob-invalid', message, part: { start, end } };
}
