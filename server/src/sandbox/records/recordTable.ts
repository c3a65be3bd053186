import { lanesMax } from './laneCode.ts';
import { countersMax, laneMemory, statesMax, unknownStop } from './laneMemory.ts';

/** Ends of the run of an automaton over a record, in place of a next state. */
export const recordExits = {
  /** A line feed. */
  line: -3,
  /** A line feed after a carriage return. */
  pair: -4,
  /** Bytes that are looked at in another way. */
  irregular: -5,
} as const;

/** A field without a value, which is counted. */
export class EmptyField<S> {
  readonly field: number;
  /** Successor: a state, or the end of the record. */
  readonly next: S | number;

  constructor(field: number, next: S | number) {
    this.field = field;
    this.next = next;
  }
}

/** The automaton of records. Every line feed ends a record, or is irregular. */
export interface RecordRules<S> {
  /** State at the start of a record. */
  readonly start: S;
  /** The state after a byte, one of recordExits, or unknownStep for a value that has to be looked at. */
  readonly next: (state: S, byte: number) => S | EmptyField<S> | number;
  readonly keyOf: (state: S) => string;
  /** Number of fields that may be without a value. */
  readonly width: number;
}

/** The table of an automaton, in the memory of the lanes. States and steps are added when they are needed. */
export class RecordTable<S extends object> {
  /** Row of the state at the start of a record. */
  start = 0;
  /** Columns of pairs of bytes; undefined while bytes are read one by one. */
  columns: number | undefined;
  /** True once a record ended with a carriage return and a line feed. */
  hasPairs = false;
  readonly #rules: RecordRules<S>;
  readonly #memory = laneMemory();
  #epoch = -1;
  readonly #rows = new Map<string, number>();
  readonly #states = new Map<number, S>();
  /** The fields of counters, by their addresses. */
  readonly #fields = new Map<number, number>();

  constructor(rules: RecordRules<S>) {
    this.#rules = rules;
  }

  /** Makes place for further steps, with those of pairs when much is read. Begins again when all tables were dropped. */
  prepare(readsMuch: boolean): void {
    const memory = this.#memory;
    memory.reserve();
    if (this.#epoch !== memory.epoch) {
      this.#epoch = memory.epoch;
      this.columns = undefined;
      for (const map of [this.#rows, this.#states, this.#fields]) map.clear();
      this.start = this.#rowOf(this.#rules.start) ?? unknownStop;
    }
    if (this.columns !== undefined || !readsMuch) return;
    this.columns = memory.addColumns();
    for (const row of this.#states.keys()) memory.addPairs(row);
  }

  /** Adds the step of a byte, where it is missing. False for the end of a value that has to be looked at. */
  addStep(row: number, byte: number): boolean {
    const { words } = this.#memory;
    if (words[row / 4 + byte] !== unknownStop) return true;
    const next = this.#rules.next(this.#states.get(row)!, byte);
    const entry = next instanceof EmptyField ? this.#counterOf(next) : this.#entryOf(next);
    words[row / 4 + byte] = entry;
    return entry !== unknownStop;
  }

  /** Adds the counts of fields without a value in the first lanes, and clears those of all. */
  takeCounts(empty: Float64Array, lanes: number): void {
    const { words } = this.#memory;
    for (const [counter, field] of this.#fields) {
      const from = counter / 4 + 1;
      for (let lane = 0; lane < lanes; lane += 1) empty[field]! += words[from + lane]!;
      words.fill(0, from, from + lanesMax);
    }
  }

  /** The field of a counter. */
  fieldOf(counter: number): number {
    return this.#fields.get(counter)!;
  }

  #counterOf({ field, next }: EmptyField<S>): number {
    const after = this.#entryOf(next);
    if (after < 0) return after;
    if (this.#fields.size === countersMax) return recordExits.irregular;
    const counter = this.#memory.addCounter(after);
    this.#fields.set(counter, field);
    return -counter;
  }

  #entryOf(next: S | number): number {
    if (typeof next !== 'number') return this.#rowOf(next) ?? recordExits.irregular;
    if (next === recordExits.pair) this.hasPairs = true;
    return next === recordExits.line || next === recordExits.pair ? this.start : next;
  }

  /** The row of a state, which is added when it is new; undefined for one of too many. */
  #rowOf(state: S): number | undefined {
    const key = this.#rules.keyOf(state);
    const known = this.#rows.get(key);
    if (known !== undefined || this.#states.size === statesMax) return known;
    const added = this.#memory.addRow();
    if (this.columns !== undefined) this.#memory.addPairs(added);
    this.#rows.set(key, added);
    this.#states.set(added, state);
    return added;
  }
}
