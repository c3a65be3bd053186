import { assert } from '../base/assert.ts';
import { lazy } from '../base/lazy.ts';
import { instantiate } from '../base/wasm.ts';
import { countedBytes, counterBytes, countFunction, lanesFunction, rowBytes } from './laneCode.ts';

/** Lanes that move together. With fewer the processor waits for look-ups, with more it has too few registers. */
export const lanesMax = 6;

/** States of one automaton, at most. */
export const statesMax = 4096;

/** Bytes that are read together, at most. */
export const windowBytesMax = 256 * 1024;

/** Position of the bytes that are read. */
export const windowAt = 1024;

const tableAt = windowAt + windowBytesMax + countedBytes;

/** Bytes of the tables of all automata: of two that have as many states as they may, and of many that are small. */
const tableBytes = 16 * 1024 * 1024;

/** Bytes that one pass may need. */
const reserveBytes = statesMax * rowBytes + 1024 * 1024;

/** Entry of a byte whose step is not known. */
export const unknownStop = -1;

const newline = 0x0a;
const carriageReturn = 0x0d;

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
  #free = tableAt;
  readonly #functions;

  constructor() {
    const { memory, functions } = instantiate<LaneFunctions>(tableAt + tableBytes, [
      lanesFunction('lanes', lanesMax),
      lanesFunction('lane', 1),
      countFunction('lines', newline),
      countFunction('pairs', newline, carriageReturn),
    ]);
    this.bytes = Buffer.from(memory);
    this.words = new Int32Array(memory);
    this.#functions = functions;
    this.bytes[windowAt - 1] = newline;
  }

  /** Makes place for what one pass adds at most. */
  reserve(): void {
    if (this.#free + reserveBytes <= this.bytes.length) return;
    this.#free = tableAt;
    this.epoch += 1;
  }

  /** Adds a state, and returns its address. */
  addRow(): number {
    const row = this.#take(rowBytes);
    this.words.fill(unknownStop, row / 4, (row + rowBytes) / 4);
    return row;
  }

  /** Adds a counter before a state, and returns its address. */
  addCounter(next: number): number {
    const counter = this.#take(counterBytes(lanesMax));
    this.words.fill(0, counter / 4, counter / 4 + 1 + lanesMax);
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

  /** Position of a lane: that after the byte that stopped it. */
  positionOf(lane: number): number {
    return this.words[2 * lane + 1]!;
  }

  /** Moves all lanes, or the first alone, by a number of bytes: see lanesFunction. */
  move(lanes: number, bytes: number): void {
    assert(lanes === 1 || lanes === lanesMax, () => 'all lanes move, or one');
    if (lanes === 1) this.#functions.lane(bytes);
    else this.#functions.lanes(bytes);
  }

  /** Number of line feeds in the window up to a position, from which the bytes are lost. */
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

type LaneFunctions = Readonly<
  Record<'lanes' | 'lane' | 'lines' | 'pairs', (...parameters: readonly number[]) => number>
>;

/** The memory of this thread. */
export const laneMemory = lazy(() => new LaneMemory());
