import { type ScalarAutomaton, scalarExits } from './scalarAutomaton.ts';
import { unknownStep } from '../lazyAutomaton.ts';

/** A scalar in a line. */
export interface Scalar {
  /** Position of the first byte, and of the one after the last. */
  readonly from: number;
  readonly to: number;
  /** The automaton's state before its exit. */
  readonly state: number;
}

/** A line as the bytes between its scalars, which are equal for lines of one form, and the scalars. */
export interface DividedLine {
  /** Names of keys around each scalar, from the outermost on; an element of a list is under an empty name. */
  readonly paths: readonly (readonly string[])[];
  readonly scalars: readonly Scalar[];
}

/** Levels of objects and lists in a line, at most. */
const depthMax = 50;

/**
 * Divides a line that is an object of JSON, with its end, into scalars. Undefined for any other line, and for those that
 * are rare: keys with escapes, or twice in an object, numbers and texts that the automaton does not take.
 */
export function divideLine(
  automaton: ScalarAutomaton,
  bytes: Buffer,
  from: number,
  to: number,
): DividedLine | undefined {
  const divider = new Divider(automaton, bytes, { from, to });
  return divider.isObject() ? { paths: divider.paths, scalars: divider.scalars } : undefined;
}

/** Byte values of the characters of JSON's structure. */
const marks = { quote: 0x22, comma: 0x2c, colon: 0x3a, open: 0x7b, close: 0x7d, openList: 0x5b, closeList: 0x5d };

class Divider {
  readonly paths: (readonly string[])[] = [];
  readonly scalars: Scalar[] = [];
  readonly #automaton: ScalarAutomaton;
  readonly #bytes: Buffer;
  readonly #to: number;
  #at: number;

  constructor(automaton: ScalarAutomaton, bytes: Buffer, { from, to }: { readonly from: number; readonly to: number }) {
    this.#automaton = automaton;
    this.#bytes = bytes;
    this.#at = from;
    this.#to = to;
  }

  /** True for a line that is one object. */
  isObject(): boolean {
    this.#skipSpace();
    if (this.#bytes[this.#at] !== marks.open || !this.#value([], 0)) return false;
    this.#skipSpace();
    return this.#at === this.#to;
  }

  #skipSpace(): void {
    while (this.#at < this.#to && /[\t\n\r ]/.test(String.fromCharCode(this.#bytes[this.#at]!))) this.#at += 1;
  }

  /** Takes a byte if it comes next. */
  #has(byte: number): boolean {
    this.#skipSpace();
    if (this.#at >= this.#to || this.#bytes[this.#at] !== byte) return false;
    this.#at += 1;
    return true;
  }

  #value(path: readonly string[], depth: number): boolean {
    if (depth > depthMax) return false;
    if (this.#has(marks.open)) return this.#members(path, depth);
    if (this.#has(marks.openList)) return this.#elements(path, depth);
    return this.#scalar(path);
  }

  #members(path: readonly string[], depth: number): boolean {
    if (this.#has(marks.close)) return true;
    const names = new Set<string>();
    do {
      const name = this.#key();
      if (name === undefined || names.has(name) || !this.#has(marks.colon)) return false;
      names.add(name);
      if (!this.#value([...path, name], depth + 1)) return false;
    } while (this.#has(marks.comma));
    return this.#has(marks.close);
  }

  #elements(path: readonly string[], depth: number): boolean {
    if (this.#has(marks.closeList)) return true;
    do if (!this.#value([...path, ''], depth + 1)) return false;
    while (this.#has(marks.comma));
    return this.#has(marks.closeList);
  }

  #key(): string | undefined {
    if (!this.#has(marks.quote)) return undefined;
    const end = this.#bytes.indexOf(marks.quote, this.#at);
    if (end < 0 || end >= this.#to) return undefined;
    const key = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return key === '' || /[\\\p{Cc}]/u.test(key) ? undefined : key;
  }

  #scalar(path: readonly string[]): boolean {
    this.#skipSpace();
    const from = this.#at;
    let [state, previous] = [this.#automaton.start, 0];
    while (state >= 0 && this.#at < this.#to) {
      previous = state;
      const byte = this.#bytes[this.#at]!;
      this.#at += 1;
      state = this.#automaton.table[previous + byte]!;
      if (state === unknownStep) state = this.#automaton.step(previous, byte);
    }
    if (state === scalarExits.after) this.#at -= 1;
    if (state >= 0 || state === scalarExits.invalid) return false;
    this.paths.push(path);
    this.scalars.push({ from, to: this.#at, state: previous });
    return true;
  }
}
