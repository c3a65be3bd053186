import { lanesMax, lowestStop } from './laneCode.ts';
import { countersMax, laneMemory, statesMax, unknownStop, windowAt, windowBytesMax } from './laneMemory.ts';

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

/** Bytes that are read together at first, and after records that stop the lanes. */
const windowBytesMin = 4096;

/** Bytes that are read together from which several lanes are worth their steps of pairs. */
const lanesBytesMin = 64 * 1024;

/** Records after a failed attempt to pass some, before the next one, at most. */
const pauseMax = 64;

/** The rows that were passed. */
interface PassedRows {
  /** Start of the next record. */
  begin: number;
  rows: number;
  /** Number of rows that end with a carriage return and a line feed. */
  pairs: number;
  /** Number of rows without a value, by field. */
  readonly empty: Float64Array;
}

/** A field without a value, which is counted. */
export class EmptyField<S> {
  readonly field: number;
  /** What follows it: a state, or the end of the record. */
  readonly next: S | number;

  constructor(field: number, next: S | number) {
    this.field = field;
    this.next = next;
  }
}

/** The automaton of records. Every line feed ends a record, or is irregular. */
interface RecordRules<S> {
  /** State at the start of a record. */
  readonly start: S;
  /** The state after a byte, one of recordExits, or unknownStep for a value that has to be looked at. */
  readonly next: (state: S, byte: number) => S | EmptyField<S> | number;
  readonly keyOf: (state: S) => string;
  /** Number of fields that may be without a value. */
  readonly width: number;
}

/** Where the reading of a lane stopped. */
interface Stop {
  /** Start of its record. */
  readonly begin: number;
  /** Position of the byte that stopped it, and the state before. */
  readonly at: number;
  readonly state: number;
  /** Counters that were counted up in the record. */
  readonly counters: readonly number[];
}

/**
 * Passes records all of whose values are known, with one table look-up for each byte, or for two. Several places are read
 * at once (lanes), as each look-up waits for the one before it. A lane counts when the records of the one before it end exactly where it
 * begins: a line feed in quotes ends that one earlier.
 */
export class RecordAutomaton<S extends object> {
  readonly #rules: RecordRules<S>;
  readonly #memory = laneMemory();
  #epoch = -1;
  #start = 0;
  /** Columns of pairs of bytes; undefined before much was read. */
  #columns: number | undefined;
  /** True once a record ended with a carriage return and a line feed. */
  #hasPairs = false;
  readonly #addresses = new Map<string, number>();
  readonly #states = new Map<number, S>();
  /** The fields of counters, by their addresses. */
  readonly #counters = new Map<number, number>();
  /** Bytes that are read together next: twice as many as were passed before. */
  #windowBytes = windowBytesMin;

  constructor(rules: RecordRules<S>) {
    this.#rules = rules;
  }

  /** Passes records from `from` on, at most to `end`, which follows a line feed. */
  pass(bytes: Buffer, from: number, end: number): PassedRows {
    const passed = { begin: from, rows: 0, pairs: 0, empty: new Float64Array(this.#rules.width) };
    while (passed.begin < end) {
      this.#prepare();
      const before = passed.begin;
      const to = windowEnd(bytes, before, end, this.#windowBytes);
      if (to <= before) break;
      this.#passWindow(bytes, to, passed);
      const isStopped = passed.begin < to;
      const least = isStopped ? windowBytesMin : this.#windowBytes;
      this.#windowBytes = Math.min(Math.max(2 * (passed.begin - before), least), windowBytesMax);
      if (isStopped) break;
    }
    return passed;
  }

  /** Begins anew when the tables were dropped, and adds steps of pairs when they are worth the while. */
  #prepare(): void {
    const memory = this.#memory;
    memory.reserve();
    if (this.#epoch !== memory.epoch) {
      this.#epoch = memory.epoch;
      this.#columns = undefined;
      this.#addresses.clear();
      this.#states.clear();
      this.#counters.clear();
      this.#start = this.#addressOf(this.#rules.start) ?? unknownStop;
    }
    if (this.#columns !== undefined || this.#windowBytes < lanesBytesMin) return;
    this.#columns = memory.addColumns();
    for (const row of this.#states.keys()) memory.addPairs(row);
  }

  /** Passes records up to a line feed before `to`. */
  #passWindow(bytes: Buffer, to: number, passed: PassedRows): void {
    const memory = this.#memory;
    const { begin } = passed;
    memory.bytes.set(bytes.subarray(begin, to), windowAt);
    const end = windowAt + to - begin;
    const ends = this.#columns === undefined ? [end] : laneEnds(memory.bytes, end);
    const stop = this.#run(ends);
    const stopAt = stop?.begin ?? ends.at(-1)!;
    passed.begin += stopAt - windowAt;
    this.#countEmpty(passed.empty, stop?.lane ?? ends.length - 1);
    for (const counter of stop?.counters ?? []) passed.empty[this.#counters.get(counter)!]! -= 1;
    if (this.#hasPairs) passed.pairs += memory.pairs(stopAt);
    passed.rows += memory.lines(stopAt);
  }

  /** Moves lanes to their ends. Returns the first place where one stops, with its lane; undefined when none does. */
  #run(ends: readonly number[]): (Stop & { readonly lane: number }) | undefined {
    const memory = this.#memory;
    for (const lane of ends.keys()) memory.place(lane, this.#start, ends[lane - 1] ?? windowAt);
    const last = ends.length < lanesMax ? 0 : this.#runTogether(ends, this.#columns!);
    for (let lane = 0; lane <= last; lane += 1) {
      // One lane moves as the first.
      memory.place(0, memory.stateOf(lane), memory.positionOf(lane));
      this.#runFirst(ends[lane]!);
      if (memory.stateOf(0) < 0) return { ...this.#stopOf(memory.positionOf(0)), lane };
    }
    return undefined;
  }

  /** Moves all lanes until one is almost at its end or stops. Returns the last lane that can count. */
  #runTogether(ends: readonly number[], columns: number): number {
    const memory = this.#memory;
    for (;;) {
      const pairs = Math.min(...ends.map((end, lane) => (end - memory.positionOf(lane)) >> 1));
      if (pairs <= 0) return ends.length - 1;
      memory.moveAll(pairs, columns);
      this.#resume(ends.length);
      const stopped = ends.findIndex((_, lane) => memory.stateOf(lane) < 0);
      if (stopped >= 0) return stopped;
    }
  }

  /** Moves the first lane alone until it is at the end or stops. */
  #runFirst(end: number): void {
    const memory = this.#memory;
    while (memory.stateOf(0) >= 0 && memory.positionOf(0) < end) {
      memory.move(end - memory.positionOf(0));
      this.#resume(1);
    }
  }

  /** Makes the steps that stopped the first lanes, which go on unless their records are irregular. */
  #resume(lanes: number): void {
    const memory = this.#memory;
    const unknown = Array.from({ length: lanes }, (_, lane) => lane).filter(
      (lane) => memory.stateOf(lane) === unknownStop,
    );
    // All places are found before a step is made, as the same one may have stopped several lanes.
    const stops = unknown.map((lane) => [lane, this.#stopOf(memory.positionOf(lane))] as const);
    for (const [lane, { state, at }] of stops) {
      const byte = memory.bytes[at]!;
      const isKnown = memory.words[state / 4 + byte] !== unknownStop;
      if (isKnown || this.#step(state, byte) !== unknownStop) memory.place(lane, state, at);
    }
  }

  /** Reads the record again that stopped a lane with one of the last two bytes before `to`. */
  #stopOf(to: number): Stop {
    const { words, bytes } = this.#memory;
    let begin = bytes.lastIndexOf(newline, Math.max(to - 3, windowAt - 1)) + 1;
    let counters: number[] = [];
    let state = this.#start;
    for (let at = begin; ; at += 1) {
      const entry = words[state / 4 + bytes[at]!]!;
      if (entry < 0 && entry >= lowestStop) return { begin, at, state, counters };
      if (entry < 0) counters.push(-entry);
      state = entry < 0 ? words[-entry / 4]! : entry;
      if (bytes[at] !== newline) continue;
      begin = at + 1;
      counters = [];
    }
  }

  /** Adds the step of a byte to the table. Returns the entry, `unknownStop` where there is none. */
  #step(address: number, byte: number): number {
    const next = this.#rules.next(this.#states.get(address)!, byte);
    const entry = next instanceof EmptyField ? this.#counted(next) : this.#entryOf(next);
    this.#memory.words[address / 4 + byte] = entry;
    return entry;
  }

  #counted({ field, next }: EmptyField<S>): number {
    const after = this.#entryOf(next);
    if (after < 0) return after;
    if (this.#counters.size === countersMax) return recordExits.irregular;
    const counter = this.#memory.addCounter(after);
    this.#counters.set(counter, field);
    return -counter;
  }

  #entryOf(next: S | number): number {
    if (typeof next !== 'number') return this.#addressOf(next) ?? recordExits.irregular;
    if (next === recordExits.pair) this.#hasPairs = true;
    return next === recordExits.line || next === recordExits.pair ? this.#start : next;
  }

  /** The address of a state, which is added when it is new; undefined for one of too many. */
  #addressOf(state: S): number | undefined {
    const key = this.#rules.keyOf(state);
    const known = this.#addresses.get(key);
    if (known !== undefined || this.#states.size === statesMax) return known;
    const added = this.#memory.addRow();
    if (this.#columns !== undefined) this.#memory.addPairs(added);
    this.#addresses.set(key, added);
    this.#states.set(added, state);
    return added;
  }

  /** Adds the counts of fields without a value in the lanes up to one, and clears those of all. */
  #countEmpty(empty: Float64Array, last: number): void {
    const { words } = this.#memory;
    for (const [counter, field] of this.#counters) {
      const from = counter / 4 + 1;
      for (let lane = 0; lane <= last; lane += 1) empty[field]! += words[from + lane]!;
      words.fill(0, from, from + lanesMax);
    }
  }
}

/** The end of the last line that ends in a number of bytes; that of the first line when it is longer. */
function windowEnd(bytes: Buffer, from: number, end: number, windowBytes: number): number {
  for (const size of [windowBytes, windowBytesMax]) {
    if (from + size >= end) return end;
    const to = bytes.lastIndexOf(newline, from + size - 1) + 1;
    if (to > from) return to;
  }
  return from;
}

/** The ends of lanes in the window, each after a line feed: those of all lanes, or that of one when there are few bytes. */
function laneEnds(bytes: Buffer, end: number): readonly number[] {
  const size = end - windowAt;
  if (size < windowBytesMin) return [end];
  const ends: number[] = [];
  for (let lane = 1; lane <= lanesMax; lane += 1) {
    const near = windowAt + Math.floor((lane * size) / lanesMax);
    ends.push(lane === lanesMax ? end : bytes.indexOf(newline, near) + 1);
  }
  const areApart = ends.every((each, lane) => each > (ends[lane - 1] ?? windowAt));
  return areApart ? ends : [end];
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
