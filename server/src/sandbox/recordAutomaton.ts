import { LazyAutomaton, unknownStep } from './lazyAutomaton.ts';

/** What ends the run of an automaton over a record, in place of a next state. */
export const recordExits = {
  /** A line feed. */
  line: -3,
  /** A line feed after a carriage return. */
  pair: -4,
  /** Bytes that are looked at in another way. */
  irregular: -5,
} as const;

const newline = 0x0a;

/** Bytes of a record from which the reader of records has it. */
export const recordBytesMax = 1_000_000;

/** Bytes in which two places are read at once, at most: those of the second one are read in vain when the first one ends. */
const blockBytes = 128 * 1024;

/** Bytes in which one place is read. */
const smallBytes = 4096;

/** The result of a step from this one down is a field without a value: see `EmptyField`. */
const firstEmpty = -16;

/** Records after a failed attempt to pass some, before the next one, at most. */
const pauseMax = 64;

/** One place in the bytes, with the rows that were passed there. */
class Lane {
  /** Start of the current record. */
  begin: number;
  rows = 0;
  /** Number of rows that end with a carriage return and a line feed. */
  pairs = 0;
  /** Number of rows without a value, by field. */
  readonly empty: Float64Array;
  /** Fields without a value in the current record. */
  open: number[] = [];

  constructor(begin: number, width: number) {
    this.begin = begin;
    this.empty = new Float64Array(width);
  }

  /** Counts the fields without a value of the current record, which is over. */
  countOpen(): void {
    for (const field of this.open) this.empty[field]! += 1;
    this.open = [];
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
type PassedRows = Pick<Lane, 'begin' | 'rows' | 'pairs' | 'empty'>;

/** A field without a value, which is counted. */
export class EmptyField<S> {
  readonly field: number;
  /** What follows it: a state, or an exit. */
  readonly next: S | number;

  constructor(field: number, next: S | number) {
    this.field = field;
    this.next = next;
  }
}

/** The automaton of records. */
interface RecordRules<S> {
  /** State at the start of a record. */
  readonly start: S;
  /** The state after a byte, one of recordExits, or unknownStep for a value that has to be looked at. */
  readonly next: (state: S, byte: number) => S | EmptyField<S> | number;
  readonly keyOf: (state: S) => string;
  /** A state in which every byte is irregular. */
  readonly lost: S;
  /** Number of fields that may be without a value. */
  readonly width: number;
}

/**
 * Passes records all of whose values are known, with one table look-up per byte. Two places are read at once, as each
 * look-up waits for the one before it. The second place counts when the records of the first one end exactly there: a
 * line feed in quotes ends the first one earlier.
 */
export class RecordAutomaton<S extends object> extends LazyAutomaton<S> {
  readonly #start: number;
  readonly #width: number;
  readonly #empty: { readonly field: number; readonly next: number }[];

  constructor({ start, next, keyOf, lost, width }: RecordRules<S>) {
    const empty: { readonly field: number; readonly next: number }[] = [];
    super({
      next: (state, byte) => {
        const found = next(state, byte);
        if (!(found instanceof EmptyField)) return found;
        const after = typeof found.next === 'number' ? found.next : this.numberOf(found.next);
        return firstEmpty - (empty.push({ field: found.field, next: after }) - 1);
      },
      keyOf,
      simplified: () => lost,
    });
    this.#empty = empty;
    this.#width = width;
    this.#start = this.numberOf(start);
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
    if (state !== recordExits.line && state !== recordExits.pair) return state;
    if (at - lane.begin >= recordBytesMax) return recordExits.irregular;
    lane.begin = at;
    lane.rows += 1;
    if (state === recordExits.pair) lane.pairs += 1;
    if (lane.open.length > 0) lane.countOpen();
    return this.#start;
  }
}

/** Attempts to pass records: where few are passed, they are made more seldom. */
export class PassPauses {
  #wait = 0;
  #pause = 1;

  /** True when an attempt is due. */
  isDue(): boolean {
    this.#wait -= 1;
    return this.#wait <= 0;
  }

  /** Notes how many records an attempt passed. */
  note(passed: number): void {
    this.#pause = passed > this.#pause ? 1 : Math.min(this.#pause * 2, pauseMax);
    this.#wait = this.#pause;
  }
}
