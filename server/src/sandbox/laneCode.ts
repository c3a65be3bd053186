import { wasm, type WasmCode, type WasmFunction } from '../base/wasm.ts';

/** Bytes of the state of a lane in memory: its state and its position. */
const laneBytes = 8;

/** What a state is when a lane stops: a negative number from here to -1. Lower ones are counters: see `counterOf`. */
export const lowestStop = -16;

/** Distance of a state from the next in the table, in entries: with a power of two, all would share few cache lines. */
const rowEntries = 272;

/** Bytes of a state in the table. */
export const rowBytes = rowEntries * 4;

/** Bytes of a counter: the state after it, and a count for each lane. */
export const counterBytes = (lanes: number): number => 4 * (1 + lanes);

const { get, set, tee, constant, load, load8, store, isLess, isLessUnsigned } = wasm;
const { add, subtract, or, shiftLeft, bitCount, block, loop, when, branchIf } = wasm;
const { load16Bytes, constant16Bytes, equalBytes, andBytes, bytesMask } = wasm;
const isNegative: WasmCode = [...constant(0), ...isLess];

/**
 * A function that moves lanes forward by a number of bytes, more than 0, in lockstep: each look-up waits for the one
 * before it in its lane, and meanwhile the processor makes those of the others. Stops after the byte that stops a lane.
 * Returns 0.
 *
 * A state is the address of its row of the table, in which the entry of a byte is the next state, a stop, or the negative
 * address of a counter, which is counted up and has the state that follows.
 */
export function lanesFunction(name: string, lanes: number): WasmFunction {
  const indexes = Array.from({ length: lanes }, (_, lane) => lane);
  // Minus the number of bytes to go; so one local is the loop's counter and part of all positions.
  const left = 0;
  const state = (lane: number): number => 1 + 2 * lane;
  const end = (lane: number): number => 2 + 2 * lane;
  const [counter, isStopped] = [1 + 2 * lanes, 2 + 2 * lanes];

  const begin = indexes.map((lane) => [
    ...[...constant(laneBytes * lane), ...load(), ...set(state(lane))],
    ...[...constant(laneBytes * lane), ...load(4), ...get(left), ...add, ...set(end(lane))],
  ]);
  const step = indexes.map((lane) => [
    ...get(state(lane)),
    ...[...get(end(lane)), ...get(left), ...add, ...load8(), ...constant(2), ...shiftLeft],
    ...[...add, ...load(), ...set(state(lane))],
  ]);
  const anyState = indexes.map((lane) => [...get(state(lane)), ...(lane === 0 ? [] : or)]);
  const count = (lane: number): WasmCode => [
    ...[...constant(0), ...get(state(lane)), ...subtract, ...tee(counter)],
    ...[...get(counter), ...load(4 + 4 * lane), ...constant(1), ...add, ...store(4 + 4 * lane)],
    ...[...get(counter), ...load(), ...set(state(lane))],
  ];
  const leave = indexes.map((lane) => [
    ...[...get(state(lane)), ...constant(lowestStop), ...isLess, ...when(count(lane))],
    ...[...get(state(lane)), ...isNegative, ...get(isStopped), ...or, ...set(isStopped)],
  ]);
  const finish = indexes.map((lane) => [
    ...[...constant(laneBytes * lane), ...get(state(lane)), ...store()],
    ...[...constant(laneBytes * lane), ...get(end(lane)), ...get(left), ...add, ...store(4)],
  ]);
  const code = [
    ...begin,
    [...constant(0), ...get(left), ...subtract, ...set(left)],
    block(
      loop(
        ...step,
        [...get(left), ...constant(1), ...add, ...set(left)],
        ...anyState,
        [...isNegative, ...when(...leave, get(isStopped), branchIf(2))],
        [...get(left), ...branchIf(0)],
      ),
    ),
    ...finish,
    constant(0),
  ];
  return { name, parameters: 1, locals: 2 * lanes + 2, code: code.flat() };
}

/** Bytes that countFunction looks at together: those beyond the last one must be 0. */
export const countedBytes = 16;

/**
 * A function that returns the number of positions from one address to another that have a byte; where `before` is stated,
 * only those after that byte.
 */
export function countFunction(name: string, byte: number, before?: number): WasmFunction {
  const [at, end, count] = [0, 1, 2];
  const marks = [...get(at), ...load16Bytes(), ...constant16Bytes(byte), ...equalBytes];
  const after = (other: number): WasmCode => [
    ...[...get(at), ...constant(1), ...subtract, ...load16Bytes()],
    ...[...constant16Bytes(other), ...equalBytes, ...andBytes],
  ];
  const counted = [...marks, ...(before === undefined ? [] : after(before)), ...bytesMask, ...bitCount];
  const code = [
    loop(
      [...get(count), ...counted, ...add, ...set(count)],
      [...get(at), ...constant(countedBytes), ...add, ...tee(at)],
      [...get(end), ...isLessUnsigned, ...branchIf(0)],
    ),
    get(count),
  ];
  return { name, parameters: 2, locals: 1, code: code.flat() };
}
