/**
 * An assembler for the part of WebAssembly that loops over bytes need: functions on 32-bit integers and one memory. Its
 * output is never stored: it is made when it is needed, so the source is all there is.
 */

/** Instructions in the binary format. */
export type WasmCode = readonly number[];

/** A function without a result. */
export interface WasmFunction {
  readonly name: string;
  /** Number of parameters, which are the first locals. */
  readonly parameters: number;
  /** Number of further locals, which are 0 at first. */
  readonly locals: number;
  readonly code: WasmCode;
}

/** Bytes of a page of memory. */
const pageBytes = 64 * 1024;

const emptyBlock = 0x40;

/** The instructions. Offsets are constants that are added to the address on the stack, in bytes. */
export const wasm = {
  get: (local: number): WasmCode => [0x20, ...unsigned(local)],
  set: (local: number): WasmCode => [0x21, ...unsigned(local)],
  tee: (local: number): WasmCode => [0x22, ...unsigned(local)],
  constant: (value: number): WasmCode => [0x41, ...signed(value)],
  load: (offset = 0): WasmCode => [0x28, 2, ...unsigned(offset)],
  load16: (): WasmCode => [0x2f, 0, 0],
  load8: (): WasmCode => [0x2d, 0, 0],
  store: (offset = 0): WasmCode => [0x36, 2, ...unsigned(offset)],
  store16: (): WasmCode => [0x3b, 0, 0],
  isEqual: [0x46],
  isLess: [0x48],
  isLessUnsigned: [0x49],
  isGreater: [0x4a],
  add: [0x6a],
  subtract: [0x6b],
  or: [0x72],
  shiftLeft: [0x74],
  bitCount: [0x69],
  /** Code that a branch to it leaves. */
  block: (...code: readonly WasmCode[]): WasmCode => [0x02, emptyBlock, ...code.flat(), 0x0b],
  /** Code that a branch to it repeats. */
  loop: (...code: readonly WasmCode[]): WasmCode => [0x03, emptyBlock, ...code.flat(), 0x0b],
  /** Runs its code when the number on the stack is not 0. */
  when: (...code: readonly WasmCode[]): WasmCode => [0x04, emptyBlock, ...code.flat(), 0x0b],
  /** Branches to a block, a loop or a condition around it, 0 for the innermost, when the number on the stack is not 0. */
  branchIf: (depth: number): WasmCode => [0x0d, depth],
  /** Returns the number on the stack. */
  leave: [0x0f],
  /** Calls the function of an index. */
  call: (index: number): WasmCode => [0x10, ...unsigned(index)],
  /** 16 bytes at an address. */
  load16Bytes: (offset: number): WasmCode => [0xfd, 0x00, 0, ...unsigned(offset)],
  /** 16 bytes that are all equal. */
  constant16Bytes: (byte: number): WasmCode => [0xfd, 0x0c, ...Array.from({ length: 16 }, () => byte)],
  /** Marks the equal ones of 16 bytes. */
  equalBytes: [0xfd, 0x23],
  /** Combines two marks of 16 bytes. */
  andBytes: [0xfd, 0x4e],
  /** The highest bits of 16 bytes as a number. */
  bytesMask: [0xfd, 0x64],
} as const;

/** Compiles functions, which each return a number, and makes their memory of this size, all zeros. */
export function instantiate<F extends object>(
  memoryBytes: number,
  functions: readonly WasmFunction[],
): { readonly memory: ArrayBuffer; readonly functions: F } {
  const { Module, Instance } = compiler;
  const { exports } = new Instance(new Module(moduleOf(Math.ceil(memoryBytes / pageBytes), functions)));
  const { memory, ...found } = exports as { readonly memory: { readonly buffer: ArrayBuffer } } & F;
  return { memory: memory.buffer, functions: found as unknown as F };
}

/** The types of Node do not declare it. */
const compiler = (
  globalThis as unknown as {
    readonly WebAssembly: {
      readonly Module: new (bytes: Uint8Array) => object;
      readonly Instance: new (module: object) => { readonly exports: unknown };
    };
  }
).WebAssembly;

const int32 = 0x7f;
const memoryName = 'memory';

function moduleOf(pages: number, functions: readonly WasmFunction[]): Uint8Array {
  const types = functions.map(({ parameters }) => [
    0x60,
    ...list(Array.from({ length: parameters }, () => [int32])),
    1,
    int32,
  ]);
  const exported = functions.map(({ name }, index) => [...text(name), 0, ...unsigned(index)]);
  const bodies = functions.map(({ locals, code }) => sized([1, ...unsigned(locals), int32, ...code, 0x0b]));
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(types)),
    ...section(3, list(functions.map((_, index) => unsigned(index)))),
    ...section(5, list([[1, ...unsigned(pages), ...unsigned(pages)]])),
    ...section(7, list([[...text(memoryName), 2, 0], ...exported])),
    ...section(10, list(bodies)),
  ]);
}

const section = (id: number, content: WasmCode): WasmCode => [id, ...sized(content)];

const sized = (content: WasmCode): WasmCode => [...unsigned(content.length), ...content];

const list = (items: readonly WasmCode[]): WasmCode => [...unsigned(items.length), ...items.flat()];

const text = (name: string): WasmCode => sized([...Buffer.from(name)]);

/** LEB128. */
function unsigned(value: number): WasmCode {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** LEB128 with a sign. */
function signed(value: number): WasmCode {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
