/**
 * The loops of automata in WebAssembly. A state is the address of its row in a table: for each byte the next state, a stop,
 * or the negative address of a counter, which is counted up and has the state that follows.
 *
 * Automata that read much have a second row for each state: for each pair of bytes the second row of the state after both,
 * so that one look-up is needed for two bytes. Its columns are given to pairs as they are seen. An entry that is not made
 * yet is the negative address of the first row: the pair is then read byte by byte.
 */
import { wasm, type WasmCode, type WasmFunction } from '../../base/wasm.ts';

/** Lanes that move together. With fewer the processor waits for look-ups, with more it has too few registers. */
export const lanesMax = 5;

/** Bytes of a lane in memory: its state and its position. */
const laneBytes = 8;

/** State of a lane that stops: a negative number from here to -1. Lower ones are counters. */
export const lowestStop = -16;

/** Entries of a row: those of bytes, and of the second row. With a power of two, all rows would share few cache lines. */
const byteEntries = 272;
export const byteRowBytes = byteEntries * 4;
const pairRow = 256 * 4;

/**
 * Pairs that have a column of their own, at most: more than occur in records of numbers, dates and short words, and so few
 * that the processor has the addresses of all second rows at hand.
 */
const pairsMax = 399;

/** Bytes of a second row. Its first entry is that of all other pairs. */
export const pairRowBytes = (1 + pairsMax) * 4;
const otherColumn = 0;

/** The columns of all pairs, as positions in a second row, and the next one that is free. */
const columnEntries = 65_536;
export const columnsBytes = columnEntries * 2 + 4;

/** Gives all pairs the column of other ones. */
export function clearColumns(words: Int32Array, columns: number): void {
  words.fill(otherColumn, columns / 4, (columns + columnEntries * 2) / 4);
  words[(columns + columnEntries * 2) / 4] = otherColumn + 4;
}

/** Makes the row of a state without steps: `stop` for all bytes. */
export function clearRow(words: Int32Array, row: number, stop: number): void {
  words.fill(stop, row / 4, (row + byteRowBytes) / 4);
}

/** Makes the second row of a state without steps. */
export function clearPairRow(words: Int32Array, row: number, second: number): void {
  words.fill(-row, second / 4, (second + pairRowBytes) / 4);
  words[(row + pairRow) / 4] = second;
}

/** Bytes of a counter: the state after it, and a count for each lane. */
export const counterBytes = 4 * (1 + lanesMax);

const { get, set, tee, constant, load, load16, load8, store, store16, isLess, isGreater, isLessUnsigned, isEqual } =
  wasm;
const { add, subtract, or, shiftLeft, bitCount, block, loop, when, branchIf, leave, call } = wasm;
const { load16Bytes, constant16Bytes, equalBytes, andBytes, bytesMask } = wasm;

const negative = (local: number): WasmCode => [...constant(0), ...get(local), ...subtract];
const isNegative: WasmCode = [...constant(0), ...isLess];

/** The local that has the state makes the step of the byte at an address on the stack. */
const byteStep = (state: number, address: WasmCode): WasmCode => [
  ...[...get(state), ...address, ...load8(), ...constant(2), ...shiftLeft, ...add, ...load(), ...set(state)],
];

/** Counts up the counter that is the state, for the lane of a number, and replaces it by the state after it. */
const countStep = (state: number, counter: number, lane: WasmCode): WasmCode => [
  ...[...negative(state), ...tee(counter), ...load(), ...set(state)],
  ...[...get(counter), ...lane, ...constant(2), ...shiftLeft, ...add, ...tee(counter)],
  ...[...get(counter), ...load(4), ...constant(1), ...add, ...store(4)],
];

/** Moves the first lane forward by a number of bytes, more than 0, or to the byte that stops it. */
function laneFunction(): WasmFunction {
  const [left, state, position, counter] = [0, 1, 2, 3];
  const code = [
    [...constant(0), ...load(), ...set(state), ...constant(0), ...load(4), ...set(position)],
    block(
      loop(
        byteStep(state, get(position)),
        [...get(position), ...constant(1), ...add, ...set(position)],
        [...get(state), ...constant(lowestStop), ...isLess, ...when(countStep(state, counter, constant(0)))],
        [...get(state), ...isNegative, ...branchIf(1)],
        [...get(left), ...constant(1), ...subtract, ...tee(left), ...branchIf(0)],
      ),
    ),
    [...constant(0), ...get(state), ...store(), ...constant(0), ...get(position), ...store(4)],
    constant(0),
  ];
  return { name: 'lane', parameters: 1, locals: 3, code: code.flat() };
}

/**
 * Returns the second row of the state after a pair that was not read from this state before, or the stop of one of its
 * bytes. The entry of the pair is made when nothing has to be counted.
 */
function pairFunction(): WasmFunction {
  const [row, position, lane, columns, state, counter, column] = [0, 1, 2, 3, 4, 5, 6];
  const step = (byte: number): WasmCode => [
    ...byteStep(state, [...get(position), ...constant(byte), ...add]),
    ...[...get(state), ...constant(lowestStop), ...isLess, ...when(countStep(state, counter, get(lane)))],
    ...[...get(state), ...isNegative, ...when(get(state), leave)],
  ];
  const columnAddress = [...get(columns), ...get(position), ...load16(), ...constant(1), ...shiftLeft, ...add];
  const next = [...get(columns), ...load(columnEntries * 2)];
  const newColumn = [
    ...[...columnAddress, ...next, ...tee(column), ...store16()],
    ...[...get(columns), ...get(column), ...constant(4), ...add, ...store(columnEntries * 2)],
  ];
  const code = [
    [...get(row), ...set(state), ...step(0), ...step(1)],
    [...get(state), ...load(pairRow), ...set(state)],
    // A counter that was counted up is the sign.
    [...get(counter), ...when(get(state), leave)],
    [...columnAddress, ...load16(), ...tee(column), ...constant(otherColumn), ...isEqual],
    when([...next, ...constant(pairRowBytes), ...isEqual, ...when(get(state), leave)], newColumn),
    [...get(row), ...load(pairRow), ...get(column), ...add, ...get(state), ...store()],
    get(state),
  ];
  return { name: 'pair', parameters: 4, locals: 3, code: code.flat() };
}

/**
 * Moves all lanes forward by a number of pairs, more than 0, in lockstep: each look-up waits for the one before it in its
 * lane, and meanwhile the processor makes those of the others. Stops after the pair that stops a lane.
 */
function lanesFunction(pair: number): WasmFunction {
  const indexes = Array.from({ length: lanesMax }, (_, lane) => lane);
  // Minus the number of bytes to go; so one local is the loop's counter and part of all positions.
  const [left, columns, isStopped] = [0, 1, 2];
  const state = (lane: number): number => 3 + 2 * lane;
  const end = (lane: number): number => 4 + 2 * lane;
  const position = (lane: number): WasmCode => [...get(end(lane)), ...get(left), ...add];

  const begin = indexes.map((lane) => [
    ...[...constant(laneBytes * lane), ...load(), ...load(pairRow), ...set(state(lane))],
    ...[...constant(laneBytes * lane), ...load(4), ...get(left), ...add, ...set(end(lane))],
  ]);
  const step = indexes.map((lane) => [
    ...[...get(state(lane)), ...get(columns), ...position(lane), ...load16(), ...constant(1), ...shiftLeft, ...add],
    ...[...load16(), ...add, ...load(), ...set(state(lane))],
  ]);
  const anyState = indexes.map((lane) => [...get(state(lane)), ...(lane === 0 ? [] : or)]);
  const slowStep = indexes.map((lane) => [
    ...[...get(state(lane)), ...isNegative],
    ...when(
      [...negative(state(lane)), ...position(lane), ...constant(2), ...subtract, ...constant(lane), ...get(columns)],
      [...call(pair), ...set(state(lane))],
      [...get(state(lane)), ...isNegative, ...get(isStopped), ...or, ...set(isStopped)],
    ),
  ]);
  const finish = indexes.map((lane) => [
    ...[...constant(laneBytes * lane), ...get(state(lane)), ...store()],
    // The entry of other pairs has the first row of a state.
    ...[...get(state(lane)), ...constant(-1), ...isGreater],
    ...when([...constant(laneBytes * lane), ...constant(0), ...get(state(lane)), ...load(), ...subtract, ...store()]),
    ...[...constant(laneBytes * lane), ...position(lane), ...store(4)],
  ]);
  const code = [
    [...get(left), ...constant(1), ...shiftLeft, ...set(left)],
    ...begin,
    [...negative(left), ...set(left)],
    block(
      loop(
        ...step,
        [...get(left), ...constant(2), ...add, ...set(left)],
        ...anyState,
        [...isNegative, ...when(...slowStep, get(isStopped), branchIf(2))],
        [...get(left), ...branchIf(0)],
      ),
    ),
    ...finish,
    constant(0),
  ];
  return { name: 'lanes', parameters: 2, locals: 1 + 2 * lanesMax, code: code.flat() };
}

/** Bytes that countFunction looks at together: those beyond the last one must be 0. */
export const countedBytes = 64;

/**
 * Returns the number of positions from one address to another that have a byte; where `before` is stated, only those after
 * that byte.
 */
function countFunction(name: string, byte: number, before?: number): WasmFunction {
  const [at, end, count] = [0, 1, 2];
  const marks = (offset: number): WasmCode => [
    ...[...get(at), ...load16Bytes(offset), ...constant16Bytes(byte), ...equalBytes],
    ...(before === undefined ? [] : [...marksAfter(offset, before), ...andBytes]),
  ];
  const marksAfter = (offset: number, other: number): WasmCode => [
    ...[...get(at), ...constant(1), ...subtract, ...load16Bytes(offset)],
    ...[...constant16Bytes(other), ...equalBytes],
  ];
  const counted = [0, 16, 32, 48].map((offset) => [...marks(offset), ...bytesMask, ...bitCount, ...add]);
  const code = [
    loop(
      [...get(count), ...counted.flat(), ...set(count)],
      [...get(at), ...constant(countedBytes), ...add, ...tee(at)],
      [...get(end), ...isLessUnsigned, ...branchIf(0)],
    ),
    get(count),
  ];
  return { name, parameters: 2, locals: 1, code: code.flat() };
}

/** The functions of a memory. */
export interface LaneFunctions {
  readonly lane: (bytes: number) => number;
  readonly lanes: (pairs: number, columns: number) => number;
  readonly lines: (from: number, to: number) => number;
  readonly pairs: (from: number, to: number) => number;
}

const newline = 0x0a;
const carriageReturn = 0x0d;

/** Puts the code together, which takes as long as compiling it: not before a text is scanned. */
export const laneFunctions = (): readonly WasmFunction[] => [
  pairFunction(),
  laneFunction(),
  lanesFunction(0),
  countFunction('lines', newline),
  countFunction('pairs', newline, carriageReturn),
];
