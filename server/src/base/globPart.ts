/** Matching of one component of a glob pattern. glob.ts has the syntax. */
import { type CharacterStep, type GlobPart, parseGlobSyntax } from './glob.ts';

/** True when the first component of a pattern matches a name; `**` matches each. False for a malformed pattern. */
export function matchesName(pattern: string, name: string): boolean {
  const { parts, faults } = parseGlobSyntax(pattern);
  const [part] = parts;
  if (part === undefined || faults.length > 0) return false;
  return part.kind === 'deep' || matchPart(part, name) !== undefined;
}

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
