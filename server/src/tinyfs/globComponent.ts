/**
 * One component of a glob, compiled to a small program and run by backtracking that enters each state once: the work is
 * at most the length of the program times the length of the name, whatever the pattern.
 */

type Step =
  | { readonly kind: 'character'; readonly character: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'set'; readonly negated: boolean; readonly ranges: readonly (readonly [number, number])[] }
  /** Tries the first branch, then the second. */
  | { readonly kind: 'fork'; first: number; second: number }
  | { readonly kind: 'jump'; to: number }
  | { readonly kind: 'open'; readonly capture: number }
  | { readonly kind: 'close'; readonly capture: number };

export interface ComponentPattern {
  readonly steps: readonly Step[];
  readonly captures: number;
}

/** Returns the compiled component, the plain name when it has no wildcard, or its problem as a phrase. */
export function parseComponent(
  text: string,
): ComponentPattern | { readonly name: string } | { readonly problem: string } {
  const parser = new Parser(text);
  parser.sequence(false);
  if (parser.problem !== undefined) return { problem: parser.problem };
  if (parser.captures > 0) return { steps: parser.steps, captures: parser.captures };
  return { name: parser.steps.map((step) => (step.kind === 'character' ? step.character : '')).join('') };
}

/** Returns the captures, left to right, or undefined when the name does not match. */
export function matchComponent(pattern: ComponentPattern, name: string): string[] | undefined {
  const { steps } = pattern;
  const characters = Array.from(name);
  const entered = new Set<number>();
  const starts = new Array<number>(pattern.captures).fill(0);
  const ends = new Array<number>(pattern.captures).fill(0);
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

type CharacterStep = Extract<Step, { kind: 'character' | 'one' | 'set' }>;

function accepts(step: CharacterStep, character: string): boolean {
  if (step.kind === 'one') return true;
  if (step.kind === 'character') return step.character === character;
  const point = character.codePointAt(0) ?? 0;
  return step.ranges.some(([low, high]) => low <= point && point <= high) !== step.negated;
}

/** Parses a component once from left to right. After a problem it continues, and reports the first one. */
class Parser {
  readonly steps: Step[] = [];
  captures = 0;
  problem: string | undefined;
  readonly #characters: readonly string[];
  #at = 0;
  /** Number of open braces. The outermost captures everything inside. */
  #braces = 0;

  constructor(text: string) {
    this.#characters = Array.from(text);
  }

  /** Reads up to the end, or in braces up to the ',' or '}' that ends an alternative. */
  sequence(inBraces: boolean): void {
    for (;;) {
      const character = this.#characters[this.#at];
      if (character === undefined || (inBraces && (character === ',' || character === '}'))) return;
      this.#at++;
      if (character === '*') this.#capture(() => this.#star());
      else if (character === '?') this.#capture(() => this.steps.push({ kind: 'one' }));
      else if (character === '[') this.#capture(() => this.#set());
      else if (character === '{') this.#capture(() => this.#choice());
      else this.steps.push({ kind: 'character', character: character === '\\' ? this.#escaped() : character });
    }
  }

  #capture(read: () => void): void {
    const capture = this.#braces === 0 ? this.captures++ : undefined;
    if (capture !== undefined) this.steps.push({ kind: 'open', capture });
    read();
    if (capture !== undefined) this.steps.push({ kind: 'close', capture });
  }

  #star(): void {
    if (this.#characters[this.#at] === '*') this.#fail("'**' has to stand alone between slashes");
    const fork = this.steps.length;
    this.steps.push({ kind: 'fork', first: fork + 1, second: fork + 3 }, { kind: 'one' }, { kind: 'jump', to: fork });
  }

  #choice(): void {
    this.#braces++;
    const jumps: { kind: 'jump'; to: number }[] = [];
    for (;;) {
      const fork = { kind: 'fork' as const, first: this.steps.length + 1, second: 0 };
      this.steps.push(fork);
      this.sequence(true);
      const end = this.#characters[this.#at++];
      if (end === undefined) this.#fail("'{' is not closed in the same component");
      const jump = { kind: 'jump' as const, to: 0 };
      jumps.push(jump);
      this.steps.push(jump);
      fork.second = this.steps.length;
      if (end !== ',') break;
    }
    // The second branch of the last alternative never matches: no character is in an empty set.
    this.steps.push({ kind: 'set', negated: false, ranges: [] });
    for (const jump of jumps) jump.to = this.steps.length;
    this.#braces--;
  }

  #set(): void {
    const negated = this.#characters[this.#at] === '!' || this.#characters[this.#at] === '^';
    if (negated) this.#at++;
    const ranges: [number, number][] = [];
    // A bracket in first position is a member, so the search for the end starts after one member.
    do {
      const low = this.#member();
      const isRange = this.#characters[this.#at] === '-' && (this.#characters[this.#at + 1] ?? ']') !== ']';
      if (isRange) this.#at++;
      const high = isRange ? this.#member() : low;
      if (high < low) this.#fail('a range in [...] runs backwards');
      ranges.push([low, high]);
    } while (this.#at < this.#characters.length && this.#characters[this.#at] !== ']');
    if (this.#characters[this.#at++] !== ']') this.#fail("'[' is not closed in the same component");
    this.steps.push({ kind: 'set', negated, ranges });
  }

  #member(): number {
    const character = this.#characters[this.#at++];
    return (character === '\\' ? this.#escaped() : (character ?? '')).codePointAt(0) ?? 0;
  }

  #escaped(): string {
    const character = this.#characters[this.#at++];
    if (character === undefined) this.#fail("a '\\' stands at the end of a component");
    return character ?? '';
  }

  #fail(problem: string): void {
    this.problem ??= problem;
  }
}
