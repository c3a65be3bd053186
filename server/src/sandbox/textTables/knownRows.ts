import { LazyAutomaton, unknownStep } from '../lazyAutomaton.ts';
import { automatonOf, endIn, exits, type FieldMarks } from './valueAutomaton.ts';

/** Rows that are passed without a look at their values. */
interface KnownRowsOptions {
  readonly marks: FieldMarks;
  /** First byte of a comment; -1 for none. */
  readonly comment: number;
  /** First name of the header; a record that begins with it may be another header. Empty for none. */
  readonly firstName: Buffer;
  /** State of the automaton of values at the start of each field. */
  readonly starts: Int32Array;
  /** True for a state at the end of a field whose values the facts of the column have, but for their number. */
  readonly isKnown: (field: number, state: number) => boolean;
}

/** A state in a record: that of the automaton of values, in one of its fields. */
interface RowState {
  readonly field: number;
  readonly value: number;
  /** Number of bytes of the header's first name that the record begins with; -1 after any other byte. */
  readonly named: number;
}

const newline = 0x0a;
/** First byte of a byte-order mark. */
const byteOrderMark = 0xef;

/** Bytes of a record from which the reader of records has it. */
export const recordBytesMax = 1_000_000;

/** Bytes in which two places are read at once, at most: those of the second one are read in vain when the first one ends. */
const blockBytes = 128 * 1024;

/** Bytes in which one place is read. */
const smallBytes = 4096;

/** The result of a step from this one down is a field without a value: see `#empty`. */
const firstEmpty = -16;

/** One place in the bytes, with the rows that were passed there. */
class Lane {
  at: number;
  /** Start of the current record. */
  begin: number;
  rows = 0;
  /** Number of rows that end with a carriage return and a line feed. */
  pairs = 0;
  /** Number of rows without a value, by field. */
  readonly empty: Float64Array;
  /** Fields without a value in the current record. */
  open: number[] = [];

  constructor(at: number, width: number) {
    this.at = at;
    this.begin = at;
    this.empty = new Float64Array(width);
  }

  /** Adds the rows of another one, which begins where this one ends. */
  add(next: Lane): void {
    this.begin = next.begin;
    this.rows += next.rows;
    this.pairs += next.pairs;
    for (const [field, count] of next.empty.entries()) this.empty[field]! += count;
  }
}

/** The rows that were passed. */
export type PassedRows = Pick<Lane, 'begin' | 'rows' | 'pairs' | 'empty'>;

/**
 * Passes records all of whose values are of known classes, with one table look-up per byte. Two places are read at once, as
 * each look-up waits for the one before it. The second place counts when the records of the first one end exactly there:
 * a line feed in quotes ends the first one earlier.
 */
export class KnownRows extends LazyAutomaton<RowState> {
  readonly #start: number;
  readonly #width: number;
  /** What follows a field without a value: a state, or an exit. */
  readonly #empty: { readonly field: number; readonly next: number }[];

  constructor(options: KnownRowsOptions) {
    const empty: { readonly field: number; readonly next: number }[] = [];
    const none: RowState = { field: -1, value: -1, named: -1 };
    super({
      next: (state, byte) => {
        const next = nextState(state, byte, options);
        if (typeof next === 'number' || !('empty' in next)) return next;
        const after = typeof next.empty === 'number' ? next.empty : this.numberOf(next.empty);
        return firstEmpty - (empty.push({ field: state.field, next: after }) - 1);
      },
      keyOf: ({ field, value, named }) => `${field} ${value} ${named}`,
      simplified: () => none,
    });
    this.#empty = empty;
    this.#width = options.starts.length;
    this.#start = this.numberOf(startOf(options));
  }

  /** Passes records from `from` on, at most to `end`, which follows a line feed. */
  pass(bytes: Buffer, from: number, end: number): PassedRows {
    const all = new Lane(from, this.#width);
    while (all.begin < end) {
      const before = all.begin;
      const to = Math.min(before + blockBytes, end);
      const blockEnd = to === end ? end : bytes.lastIndexOf(newline, to - 1) + 1;
      if (blockEnd <= before) break;
      const middle = bytes.indexOf(newline, (before + blockEnd) >> 1) + 1;
      const isSmall = blockEnd - before < smallBytes || middle === blockEnd;
      const lane = isSmall ? this.#passOne(bytes, before, blockEnd) : this.#passTwo(bytes, before, middle, blockEnd);
      all.add(lane);
      if (lane.begin === before) break;
    }
    return all;
  }

  #passOne(bytes: Buffer, from: number, end: number): Lane {
    const lane = new Lane(from, this.#width);
    let { table } = this;
    let state = this.#start;
    let at = from;
    while (state >= 0 && at < end) {
      let previous = state;
      do {
        previous = state;
        state = table[previous + bytes[at]!]!;
        at += 1;
      } while (state >= 0);
      state = this.#after(lane, previous, bytes[at - 1]!, at);
      table = this.table;
    }
    return lane;
  }

  #passTwo(bytes: Buffer, from: number, middle: number, end: number): Lane {
    const [one, two] = [new Lane(from, this.#width), new Lane(middle, this.#width)];
    let { table } = this;
    let [first, second] = [this.#start, this.#start];
    let [at, other] = [from, middle];
    while (first >= 0 && second >= 0 && at < middle && other < end) {
      let previous = first;
      let otherPrevious = second;
      do {
        previous = first;
        otherPrevious = second;
        first = table[previous + bytes[at]!]!;
        second = table[otherPrevious + bytes[other]!]!;
        at += 1;
        other += 1;
      } while ((first | second) >= 0);
      if (first < 0) first = this.#after(one, previous, bytes[at - 1]!, at);
      if (second < 0) second = this.#after(two, otherPrevious, bytes[other - 1]!, other);
      table = this.table;
    }
    if (first < 0) return one;
    if (one.begin < middle) one.add(this.#passOne(bytes, one.begin, middle));
    if (one.begin === middle) one.add(two);
    return one;
  }

  /** The state after a step that left the table; negative where the lane ends. `at` follows the byte. */
  #after(lane: Lane, previous: number, byte: number, at: number): number {
    let state = this.table[previous + byte]!;
    if (state === unknownStep) state = this.step(previous, byte);
    if (state <= firstEmpty) {
      const { field, next } = this.#empty[firstEmpty - state]!;
      lane.open.push(field);
      state = next;
    }
    if (state !== exits.line && state !== exits.pair) return state;
    if (at - lane.begin >= recordBytesMax) return exits.irregular;
    lane.begin = at;
    lane.rows += 1;
    if (state === exits.pair) lane.pairs += 1;
    for (const field of lane.open) lane.empty[field]! += 1;
    lane.open = [];
    return this.#start;
  }
}

const startOf = ({ starts, firstName }: KnownRowsOptions): RowState => ({
  field: 0,
  value: starts[0]!,
  named: firstName.length === 0 ? -1 : 0,
});

/** What follows a field without a value. */
interface EmptyStep {
  readonly empty: RowState | number;
}

function nextState(state: RowState, byte: number, options: KnownRowsOptions): RowState | EmptyStep | number {
  const { field, value, named } = state;
  if (field < 0) return exits.irregular;
  const { marks, comment, firstName, starts } = options;
  const automaton = automatonOf(marks);
  const isFirst = field === 0 && value === starts[0];
  // Comments, and byte-order marks, which may begin a line.
  if (isFirst && (byte === comment || byte === byteOrderMark)) return exits.irregular;
  const step = automaton.table[value + byte]!;
  const result = step === unknownStep ? automaton.step(value, byte) : step;
  if (result >= 0) {
    const isQuote = isFirst && byte === marks.quote;
    const next = isQuote ? named : named >= 0 && byte === firstName[named] ? named + 1 : -1;
    return next === firstName.length && next > 0 ? exits.irregular : { field, value: result, named: next };
  }
  const isLast = field === starts.length - 1;
  if (result === exits.irregular || isLast === (result === exits.field)) return exits.irregular;
  const next = result === exits.field ? { field: field + 1, value: starts[field + 1]!, named: -1 } : result;
  const end = endIn(automaton.stateOf(value));
  if (!end.isText && end.name === '') return { empty: next };
  return options.isKnown(field, value) ? next : unknownStep;
}
