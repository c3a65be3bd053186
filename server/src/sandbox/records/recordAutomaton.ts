import { lanesMax, lowestStop } from './laneCode.ts';
import { laneMemory, unknownStop, windowAt, windowBytesMax } from './laneMemory.ts';
import { type RecordRules, RecordTable } from './recordTable.ts';

const newline = 0x0a;

/** Bytes of a record from which the reader of records has it. */
export const recordBytesMax = 1_000_000;

/** Bytes that are read together at first, and after records that stop the lanes. */
const windowBytesMin = 4096;

/** Bytes that are read together from which several lanes are worth their steps of pairs. */
const lanesBytesMin = 64 * 1024;

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

/** Position at which the reading of a lane stopped. */
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
 * at once (lanes), as each look-up waits for the one before it. A lane counts when the records of the one before it end
 * exactly where it begins: a line feed in quotes ends that one earlier.
 */
export class RecordAutomaton<S extends object> {
  readonly #width: number;
  readonly #table: RecordTable<S>;
  readonly #memory = laneMemory();
  /** Bytes that are read together next: twice as many as were passed before. */
  #windowBytes = windowBytesMin;

  constructor(rules: RecordRules<S>) {
    this.#width = rules.width;
    this.#table = new RecordTable(rules);
  }

  /** Passes records from `from` on, at most to `end`, which follows a line feed. */
  pass(bytes: Buffer, from: number, end: number): PassedRows {
    const passed = { begin: from, rows: 0, pairs: 0, empty: new Float64Array(this.#width) };
    while (passed.begin < end) {
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

  /** Passes records up to `to`, or to the first that is irregular. */
  #passWindow(bytes: Buffer, to: number, passed: PassedRows): void {
    const [memory, table] = [this.#memory, this.#table];
    const { begin } = passed;
    table.prepare(this.#windowBytes >= lanesBytesMin);
    memory.bytes.set(bytes.subarray(begin, to), windowAt);
    const end = windowAt + to - begin;
    const ends = table.columns === undefined ? [end] : laneEnds(memory.bytes, end);
    const stop = this.#run(ends);
    const stopAt = stop?.begin ?? end;
    passed.begin += stopAt - windowAt;
    table.takeCounts(passed.empty, stop === undefined ? ends.length : stop.lane + 1);
    for (const counter of stop?.counters ?? []) passed.empty[table.fieldOf(counter)]! -= 1;
    if (table.hasPairs) passed.pairs += memory.pairs(stopAt);
    passed.rows += memory.lines(stopAt);
  }

  /** Moves lanes to their ends. Returns the first place where one stops, with its lane; undefined when none does. */
  #run(ends: readonly number[]): (Stop & { readonly lane: number }) | undefined {
    const memory = this.#memory;
    for (const lane of ends.keys()) memory.place(lane, this.#table.start, ends[lane - 1] ?? windowAt);
    if (ends.length === lanesMax) this.#runTogether(ends, this.#table.columns!);
    for (const [lane, end] of ends.entries()) {
      // One lane moves as the first.
      memory.place(0, memory.stateOf(lane), memory.positionOf(lane));
      this.#runFirst(end);
      if (memory.stateOf(0) < 0) return { ...this.#stopOf(memory.positionOf(0)), lane };
    }
    return undefined;
  }

  /** Moves all lanes until one is almost at its end or stops. */
  #runTogether(ends: readonly number[], columns: number): void {
    const memory = this.#memory;
    const isStopped = (): boolean => ends.some((_, lane) => memory.stateOf(lane) < 0);
    const pairsLeft = (): number => Math.min(...ends.map((end, lane) => (end - memory.positionOf(lane)) >> 1));
    for (let pairs = pairsLeft(); pairs > 0 && !isStopped(); pairs = pairsLeft()) {
      memory.moveAll(pairs, columns);
      this.#resume(ends.length);
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
    const stops: (readonly [lane: number, stop: Stop])[] = [];
    // All places are found before a step is made, as the same one may have stopped several lanes.
    for (let lane = 0; lane < lanes; lane += 1) {
      if (memory.stateOf(lane) === unknownStop) stops.push([lane, this.#stopOf(memory.positionOf(lane))]);
    }
    for (const [lane, { state, at }] of stops) {
      if (this.#table.addStep(state, memory.bytes[at]!)) memory.place(lane, state, at);
    }
  }

  /** Reads the record again that stopped a lane with one of the last two bytes before `to`. */
  #stopOf(to: number): Stop {
    const { words, bytes } = this.#memory;
    let begin = bytes.lastIndexOf(newline, Math.max(to - 3, windowAt - 1)) + 1;
    let counters: number[] = [];
    let state = this.#table.start;
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
