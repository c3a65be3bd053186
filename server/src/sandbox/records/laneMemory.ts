import { assert } from '../../base/assert.ts';
import { lazy } from '../../base/lazy.ts';
import { instantiate } from '../../base/wasm.ts';
import {
  clearColumns,
  clearPairRow,
  clearRow,
  byteRowBytes,
  columnsBytes,
  countedBytes,
  counterBytes,
  laneFunctions,
  type LaneFunctions,
  pairRowBytes,
} from './laneCode.ts';

/** States of one automaton, at most. */
export const statesMax = 4096;

/** Counters of one automaton, at most. */
export const countersMax = 8192;

/** Bytes that are read together, at most. */
export const windowBytesMax = 512 * 1024;

/** Position of the bytes that are read. */
export const windowAt = 1024;

const tablesAt = windowAt + windowBytesMax + countedBytes;

/** Bytes that the tables of one automaton take, at most. */
const automatonBytesMax = statesMax * (byteRowBytes + pairRowBytes) + countersMax * counterBytes + columnsBytes;

/** Bytes of the tables of all automata. What was never used takes no memory of the computer. */
const tablesBytes = 2 * automatonBytesMax;

/** Entry of a byte whose step is not known. */
export const unknownStop = -1;

const newline = 0x0a;

/**
 * The memory in which automata read bytes, with their tables. It has one size: when it is full, all tables are dropped
 * and made again as they are needed.
 *
 * Invariants: the byte before the window is a line feed; every entry of a row is a stop until it is set.
 */
class LaneMemory {
  readonly bytes: Buffer;
  readonly words: Int32Array;
  /** Number of times that all tables were dropped. */
  epoch = 0;
  #free = tablesAt;
  readonly #functions: LaneFunctions;

  constructor() {
    const { memory, functions } = instantiate<LaneFunctions>(tablesAt + tablesBytes, laneFunctions());
    this.bytes = Buffer.from(memory);
    this.words = new Int32Array(memory);
    this.#functions = functions;
    this.bytes[windowAt - 1] = newline;
  }

  /** Makes place for what one pass adds at most. */
  reserve(): void {
    if (this.#free + automatonBytesMax <= this.bytes.length) return;
    this.#free = tablesAt;
    this.epoch += 1;
  }

  /** Adds columns for the pairs of an automaton, and returns their address. */
  addColumns(): number {
    const columns = this.#take(columnsBytes);
    clearColumns(this.words, columns);
    return columns;
  }

  /** Adds a state, and returns its address. */
  addRow(): number {
    const row = this.#take(byteRowBytes);
    clearRow(this.words, row, unknownStop);
    return row;
  }

  /** Adds the second row of a state. */
  addPairs(row: number): void {
    clearPairRow(this.words, row, this.#take(pairRowBytes));
  }

  /** Adds a counter before a state, and returns its address. */
  addCounter(next: number): number {
    const counter = this.#take(counterBytes);
    this.words.fill(0, counter / 4, (counter + counterBytes) / 4);
    this.words[counter / 4] = next;
    return counter;
  }

  /** Puts a lane at a position. */
  place(lane: number, state: number, at: number): void {
    this.words[2 * lane] = state;
    this.words[2 * lane + 1] = at;
  }

  /** State of a lane: negative when it stopped. */
  stateOf(lane: number): number {
    return this.words[2 * lane]!;
  }

  /** Position of a lane: after the byte, or the pair, that stopped it. */
  positionOf(lane: number): number {
    return this.words[2 * lane + 1]!;
  }

  /** Moves the first lane by a number of bytes, or to the byte that stops it. */
  move(bytes: number): void {
    this.#functions.lane(bytes);
  }

  /** Moves all lanes by a number of pairs of bytes, or to the pair that stops one. */
  moveAll(pairs: number, columns: number): void {
    this.#functions.lanes(pairs, columns);
  }

  /** Number of line feeds in the window up to a position; the bytes from there are lost. */
  lines(to: number): number {
    return this.#counted('lines', to);
  }

  /** Number of line feeds after carriage returns; see `lines`. */
  pairs(to: number): number {
    return this.#counted('pairs', to);
  }

  #counted(name: 'lines' | 'pairs', to: number): number {
    if (to === windowAt) return 0;
    this.bytes.fill(0, to, to + countedBytes);
    return this.#functions[name](windowAt, to);
  }

  #take(bytes: number): number {
    const at = this.#free;
    this.#free += bytes;
    assert(this.#free <= this.bytes.length, () => 'one pass adds no more than is reserved');
    return at;
  }
}

/** The memory of this thread. */
export const laneMemory = lazy(() => new LaneMemory());
