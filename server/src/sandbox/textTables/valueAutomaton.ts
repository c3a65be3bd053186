import { extendedClass, isComplete, otherClass } from './valueClass.ts';

/** How the bytes of a regular file end a value. Both are single bytes. */
export interface FieldMarks {
  readonly delimiter: number;
  /** -1 for none. */
  readonly quote: number;
}

/** What ends the run of the automaton over a field, in place of a next state. */
export const exits = {
  /** A step that was not made before: see `step`. */
  unknown: -1,
  /** A delimiter. */
  field: -2,
  /** A line feed. */
  line: -3,
  /** A line feed after a carriage return. */
  pair: -4,
  /** Bytes that the reader of records divides into fields. */
  irregular: -5,
} as const;

/** Where in a field a state is: `closed` after its second quote, `return` after a carriage return. */
type Position = 'start' | 'spaces' | 'bare' | 'quoted' | 'closed' | 'return';

interface State {
  readonly position: Position;
  /** Class of the value so far. */
  readonly name: string;
  /** True where the class of values does not matter. */
  readonly isText: boolean;
  readonly isQuoted: boolean;
}

/** The facts about a state in which a field ends. */
export interface FieldEnd {
  /** The class of the value, empty for no value. */
  readonly name: string;
  readonly isText: boolean;
  readonly isQuoted: boolean;
  /** True when the class is of complete values. */
  readonly isComplete: boolean;
  /** Number of bytes between the value and the byte that ends the field. */
  readonly tail: number;
}

const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;

/** Distance of two states in the table. With a power of two, the entries for digits of all states share a few lines of a cache. */
const stride = 272;

/** By this many bits, a state is shifted to the right for an index of less bytes; see `stride`. */
export const stateShift = 4;

/** Classes beyond this number of states are not told apart. */
const statesMax = 4096;

/**
 * Finds the ends of fields and the classes of their values, one table look-up for each byte. States and steps are added
 * when they are needed: a file has few of them.
 */
export class ValueAutomaton {
  /** By state plus byte: the next state, or an exit. */
  table = new Int32Array(64 * stride).fill(exits.unknown);
  /** The state at the start of a field. */
  readonly start: number;
  /** The same for a column of text. */
  readonly textStart: number;
  readonly #marks: FieldMarks;
  readonly #states: State[] = [];
  readonly #ends: FieldEnd[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(marks: FieldMarks) {
    this.#marks = marks;
    const start: State = { position: 'start', name: '', isText: false, isQuoted: false };
    this.start = this.#numberOf(start);
    this.textStart = this.#numberOf({ ...start, isText: true });
  }

  /** The facts about a state before an exit. */
  endIn(state: number): FieldEnd {
    return this.#ends[state / stride]!;
  }

  /** Adds a step to `table`, which may become another array, and returns its result. */
  step(state: number, byte: number): number {
    const next = this.#next(this.#states[state / stride]!, byte);
    const number = typeof next === 'number' ? next : this.#numberOf(next);
    this.table[state + byte] = number;
    return number;
  }

  #next(state: State, byte: number): State | number {
    const { delimiter, quote } = this.#marks;
    const { position } = state;
    if (position === 'return') return byte === newline ? exits.pair : exits.irregular;
    if (position === 'quoted') {
      if (byte === quote) return { ...state, position: 'closed' };
      return byte === newline ? exits.irregular : this.#extended(state, byte);
    }
    if (byte === delimiter) return exits.field;
    if (byte === newline) return exits.line;
    if (byte === carriageReturn) return { ...state, position: 'return' };
    if (position === 'closed') return exits.irregular;
    if (position === 'bare') return this.#extended(state, byte);
    // At the start of a field, and after spaces there.
    if (byte === quote)
      return position === 'start' ? { ...state, position: 'quoted', isQuoted: true } : exits.irregular;
    if (byte === space) return { ...state, position: 'spaces', name: otherClass };
    return this.#extended({ ...state, position: 'bare' }, byte);
  }

  #extended(state: State, byte: number): State {
    return { ...state, name: state.isText ? otherClass : extendedClass(state.name, byte) };
  }

  #numberOf(state: State): number {
    const { position, name, isText, isQuoted } = state;
    const key = JSON.stringify([position, name, isText, isQuoted]);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.#states.length >= statesMax && name !== otherClass) return this.#numberOf({ ...state, name: otherClass });
    const number = (this.#states.push(state) - 1) * stride;
    const tail = (isQuoted ? 1 : 0) + (position === 'return' ? 1 : 0);
    this.#ends.push({ name, isText, isQuoted, isComplete: isComplete(name), tail });
    this.#numbers.set(key, number);
    if (number === this.table.length) this.#grow();
    return number;
  }

  #grow(): void {
    const grown = new Int32Array(this.table.length * 2).fill(exits.unknown);
    grown.set(this.table);
    this.table = grown;
  }
}
