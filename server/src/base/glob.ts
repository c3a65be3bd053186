/**
 * Syntax of glob patterns, parsed once for matching and for checking documents.
 *
 * In a component: `*` any characters, `?` one, `[abc]` and `[a-z]` one of them, `[!abc]` one other, `{a,b*}` one of the
 * patterns, `\` escapes the next character. A component `**` is any number of directories. Each of these is a wildcard;
 * `{...}` is one, whatever it contains. Empty components and '.' are dropped.
 */

/** Maximum length of a pattern in UTF-16 code units; generous, and it bounds the work of a match. */
export const patternLengthMax = 1024;

/** Instruction of a compiled component; one that accepts a character advances in the name. */
type GlobStep =
  | CharacterStep
  /** Tries the first branch, then the second. */
  | { readonly kind: 'fork'; first: number; second: number }
  | { readonly kind: 'jump'; to: number }
  | { readonly kind: 'open'; readonly capture: number }
  | { readonly kind: 'close'; readonly capture: number };

/** Instruction that accepts one code point. */
export type CharacterStep =
  | { readonly kind: 'character'; readonly character: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'set'; readonly negated: boolean; readonly ranges: readonly (readonly [number, number])[] };

/** Component of a pattern: a plain name, a compiled component with wildcards, or `**`. */
export type GlobPart =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'wild'; readonly steps: readonly GlobStep[]; readonly captures: number }
  | { readonly kind: 'deep' };

/** Error in a pattern, with its range in UTF-16 code units, `end` exclusive. */
interface GlobFault {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** Parsed pattern. With faults, its parts are not those that the author meant. */
interface GlobSyntax {
  readonly absolute: boolean;
  readonly parts: readonly GlobPart[];
  /** Number of wildcards, and so of captures. */
  readonly wildcards: number;
  /** At most one per component, in order; [] for a valid pattern. */
  readonly faults: readonly GlobFault[];
}

/** Parses a pattern. Never throws. */
export function parseGlobSyntax(text: string): GlobSyntax {
  if (text.length > patternLengthMax) {
    const fault = { message: `a pattern has at most ${patternLengthMax} characters`, start: 0, end: text.length };
    return { absolute: text.startsWith('/'), parts: [], wildcards: 0, faults: [fault] };
  }
  const parts: GlobPart[] = [];
  const faults: GlobFault[] = [];
  let offset = 0;
  for (const component of text.split('/')) {
    if (component !== '' && component !== '.') {
      const { part, fault } = parseComponent(component);
      parts.push(part);
      if (fault !== undefined) {
        faults.push({ message: fault.message, start: offset + fault.start, end: offset + fault.end });
      }
    }
    offset += component.length + 1;
  }
  const wildcards = parts.reduce((sum, part) => sum + wildcardsIn(part), 0);
  return { absolute: text.startsWith('/'), parts, wildcards, faults };
}

function wildcardsIn(part: GlobPart): number {
  return part.kind === 'wild' ? part.captures : Number(part.kind === 'deep');
}

interface ParsedComponent {
  readonly part: GlobPart;
  readonly fault: GlobFault | undefined;
}

function parseComponent(text: string): ParsedComponent {
  if (text === '**') return { part: { kind: 'deep' }, fault: undefined };
  const parser = new ComponentParser(text);
  parser.sequence(false);
  const { steps, captures } = parser;
  if (captures > 0) return { part: { kind: 'wild', steps, captures }, fault: parser.fault };
  const name = steps.map((step) => (step.kind === 'character' ? step.character : '')).join('');
  const fault = parser.fault ?? (name === '.' || name === '..' ? throughFault(text) : undefined);
  return { part: { kind: 'name', name }, fault };
}

function throughFault(text: string): GlobFault {
  return { message: `a pattern cannot go through "${text}"`, start: 0, end: text.length };
}

/** Parses a component once from left to right. After a fault it continues, and reports the first one. */
class ComponentParser {
  readonly steps: GlobStep[] = [];
  captures = 0;
  fault: GlobFault | undefined;
  readonly #text: string;
  #at = 0;
  /** Number of open braces. The outermost captures everything inside. */
  #braces = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Parses up to the end, or in braces up to the ',' or '}' that ends an alternative. */
  sequence(inBraces: boolean): void {
    for (;;) {
      const start = this.#at;
      const character = this.#peek();
      if (character === '' || (inBraces && (character === ',' || character === '}'))) return;
      this.#at += character.length;
      if (character === '*') this.#capture(() => this.#star(start));
      else if (character === '?') this.#capture(() => this.steps.push({ kind: 'one' }));
      else if (character === '[') this.#capture(() => this.#set(start));
      else if (character === '{') this.#capture(() => this.#choice(start));
      else this.steps.push({ kind: 'character', character: character === '\\' ? this.#escaped(start) : character });
    }
  }

  #capture(parse: () => void): void {
    const capture = this.#braces === 0 ? this.captures++ : undefined;
    if (capture !== undefined) this.steps.push({ kind: 'open', capture });
    parse();
    if (capture !== undefined) this.steps.push({ kind: 'close', capture });
  }

  #star(start: number): void {
    if (this.#peek() === '*') {
      while (this.#peek() === '*') this.#at++;
      this.#fail('"**" must stand alone between slashes', start);
    }
    const fork = this.steps.length;
    this.steps.push({ kind: 'fork', first: fork + 1, second: fork + 3 }, { kind: 'one' }, { kind: 'jump', to: fork });
  }

  #choice(start: number): void {
    this.#braces++;
    const jumps: { kind: 'jump'; to: number }[] = [];
    for (;;) {
      const fork = { kind: 'fork' as const, first: this.steps.length + 1, second: 0 };
      this.steps.push(fork);
      this.sequence(true);
      const end = this.#next();
      if (end === '') this.#fail('a "{" is not closed in the same name', start);
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

  #set(start: number): void {
    const negated = this.#peek() === '!' || this.#peek() === '^';
    if (negated) this.#at++;
    const ranges: [number, number][] = [];
    // A "]" in first position is a member of the set, not its end.
    do {
      const first = this.#at;
      const low = this.#member();
      const isRange = this.#peek() === '-' && (this.#text[this.#at + 1] ?? ']') !== ']';
      if (isRange) this.#at++;
      const high = isRange ? this.#member() : low;
      if (high < low) this.#fail('a range of characters runs backwards', first);
      ranges.push([low, high]);
    } while (this.#peek() !== '' && this.#peek() !== ']');
    if (this.#next() !== ']') this.#fail('a "[" is not closed in the same name', start);
    this.steps.push({ kind: 'set', negated, ranges });
  }

  /** Consumes one member of a set and returns its code point. */
  #member(): number {
    const start = this.#at;
    const character = this.#next();
    return (character === '\\' ? this.#escaped(start) : character).codePointAt(0) ?? 0;
  }

  #escaped(start: number): string {
    const character = this.#next();
    if (character === '') this.#fail('a "\\" at the end of a name escapes nothing', start);
    return character;
  }

  /** Returns the code point at the position, '' at the end. */
  #peek(): string {
    const point = this.#text.codePointAt(this.#at);
    return point === undefined ? '' : String.fromCodePoint(point);
  }

  #next(): string {
    const character = this.#peek();
    this.#at += character.length;
    return character;
  }

  #fail(message: string, start: number): void {
    const end = Math.min(Math.max(this.#at, start + 2), this.#text.length);
    this.fault ??= { message, start, end };
  }
}
