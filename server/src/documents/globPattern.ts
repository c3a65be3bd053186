import { type Issue } from './issue.ts';

/** The properties of a pattern that a document check needs; the file system does the matching. */
interface GlobPattern {
  /** Number of wildcards: `*`, `?`, `**`, `[…]` and `{…}` count as one each, in order of appearance. */
  readonly wildcards: number;
  readonly issues: readonly Issue[];
}

/** Limit of the file system, in UTF-16 code units. */
const patternLengthMax = 1024;

/**
 * Returns the wildcard count of a path pattern and its issues, at most one per component. It accepts what the file
 * system accepts: `\` escapes the next character, and a wildcard ends within its path component.
 */
export function scanGlob(text: string): GlobPattern {
  if (/^[/.]*$/.test(text) && !text.includes('..')) {
    return { wildcards: 0, issues: [{ code: 'glob-invalid', message: `the pattern "${text}" names no file` }] };
  }
  if (text.length > patternLengthMax) {
    const message = `a pattern has at most ${patternLengthMax} characters`;
    return { wildcards: 0, issues: [{ code: 'glob-invalid', message }] };
  }
  const issues: Issue[] = [];
  let wildcards = 0;
  let start = 0;
  for (const component of text.split('/')) {
    const scanned = scanComponent(component);
    wildcards += scanned.wildcards;
    if (scanned.fault !== undefined) issues.push(issueOf(scanned.fault, start));
    start += component.length + 1;
  }
  return { wildcards, issues };
}

/** An error in a component, with offsets into it, `end` exclusive. */
interface Fault {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

function issueOf({ message, start, end }: Fault, offset: number): Issue {
  return { code: 'glob-invalid', message, part: { start: offset + start, end: offset + end } };
}

function scanComponent(text: string): { readonly wildcards: number; readonly fault: Fault | undefined } {
  if (text === '**') return { wildcards: 1, fault: undefined };
  let fault: Fault | undefined;
  let wildcards = 0;
  let at = 0;
  if (text !== '.' && /^(\\?\.){1,2}$/.test(text)) fail(`a pattern cannot go through "${text}"`, 0);
  while (at < text.length) {
    if (/[*?[{]/.test(text.charAt(at))) wildcards += 1;
    step();
  }
  return { wildcards, fault };

  /** Advances past the next character, or past a whole class or group of alternatives. */
  function step(): void {
    const start = at;
    at += 1;
    switch (text[start]) {
      case '\\':
        return escaped(start);
      case '*':
        return text[at] === '*' ? stars(start) : undefined;
      case '[':
        return characterClass(start);
      case '{':
        return alternatives(start);
      default:
    }
  }

  function escaped(start: number): void {
    if (at >= text.length) fail('a "\\" at the end of a name takes no meaning away', start);
    at += 1;
  }

  function stars(start: number): void {
    while (text[at] === '*') at += 1;
    fail('"**" must stand alone between slashes', start);
  }

  function characterClass(start: number): void {
    if (text[at] === '!' || text[at] === '^') at += 1;
    // A "]" in first position is a member of the class, not its end.
    do {
      const first = at;
      const low = member();
      if (text[at] !== '-' || (text[at + 1] ?? ']') === ']') continue;
      at += 1;
      if (member() < low) fail('a range of characters runs backwards', first);
    } while (at < text.length && text[at] !== ']');
    if (text[at] !== ']') fail('a "[" is not closed in the same name', start);
    at += 1;
  }

  /** Advances past one member of a class, and returns its code point. */
  function member(): number {
    if (text[at] === '\\') {
      at += 1;
      if (at >= text.length) fail('a "\\" at the end of a name takes no meaning away', at - 1);
    }
    const point = text.codePointAt(at) ?? 0;
    at += point > 0xffff ? 2 : 1;
    return point;
  }

  function alternatives(start: number): void {
    while (at < text.length && text[at] !== '}') step();
    if (at >= text.length) fail('a "{" is not closed in the same name', start);
    at += 1;
  }

  function fail(message: string, start: number): void {
    fault ??= { message, start, end: Math.min(Math.max(at, start + 2), text.length) };
  }
}
