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
import { type CharacterStep, type GlobPart, parseGlobSyntax, patternLengthMax } from '../base/glob.ts';
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

/** Returns the captures of one component other than `**`, or undefined when the name does not match. */
export function matchPart(part: Exclude<GlobPart, { kind: 'deep' }>, name: string): string[] | undefined {
  if (part.kind === 'wild') return matchComponent(part, name);
  return part.name === name ? [] : undefined;
}

type WildPart = Extract<GlobPart, { kind: 'wild' }>;

/**
 * Runs the steps of a component by backtracking that enters each state once: the work is at most the number of steps
 * times the length of the name, whatever the pattern.
 */
function matchComponent({ steps, captures }: WildPart, name: string): string[] | undefined {
  const characters = Array.from(name);
  const entered = new Set<number>();
  const starts = new Array<number>(captures).fill(0);
  const ends = new Array<number>(captures).fill(0);
  if (!run(0, 0)) return undefined;
  return starts.map((start, capture) => characters.slice(start, ends[capture]).join(''));

  // A failed branch may leave positions set. The successful one sets every capture again, as captures do not nest.
  function run(startStep: number, startAt: number): boolean {
    let [index, at] = [startStep, startAt];
    for (;;) {
      const state = index * (characters.length + 1) + at;
      if (entered.has(state)) return false;
      entered.add(state);
      const step = steps[index];
      if (step === undefined) return at === characters.length;
      if (step.kind === 'fork') {
        if (run(step.first, at)) return true;
        index = step.second;
      } else if (step.kind === 'jump') {
        index = step.to;
      } else if (step.kind === 'open') {
        starts[step.capture] = at;
        index++;
      } else if (step.kind === 'close') {
        ends[step.capture] = at;
        index++;
      } else {
        const character = characters[at];
        if (character === undefined || !accepts(step, character)) return false;
        index++;
        at++;
      }
    }
  }
}

function accepts(step: CharacterStep, character: string): boolean {
  if (step.kind === 'one') return true;
  if (step.kind === 'character') return step.character === character;
  const point = character.codePointAt(0) ?? 0;
  return step.ranges.some(([low, high]) => low <= point && point <= high) !== step.negated;
}
