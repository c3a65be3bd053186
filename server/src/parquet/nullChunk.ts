/** A column without values in a row group: a page that says so, and the metadata of its chunk. */
import { typeOf, writeStruct } from './thrift.ts';
import { type ThriftField, type ThriftTree } from './thriftTree.ts';

/** Codes of the format. */
const encodings = { plain: 0, rle: 3 } as const;
const uncompressed = 0;
const dataPage = 0;

/** Returns a page with its header, in which each row is null. */
export function nullPage(rows: number): Uint8Array {
  // One run of the level 0: twice its length, then the level in a byte.
  const run: number[] = [];
  for (let left = rows * 2; ; left = Math.floor(left / 128)) {
    run.push(left < 0x80 ? left : (left % 128) | 0x80);
    if (left < 0x80) break;
  }
  const levels = Buffer.from([...run, 0]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(levels.length);
  const page = Buffer.concat([length, levels]);
  const form = [
    [1, rows],
    [2, encodings.plain],
    [3, encodings.rle],
    [4, encodings.rle],
  ] as const;
  const header = writeStruct([
    [1, dataPage],
    [2, page.length],
    [3, page.length],
    [5, form],
  ]);
  return Buffer.concat([Buffer.from(header), page]);
}

interface NullColumn {
  readonly name: string;
  /** Code of its physical type. */
  readonly type: number;
  readonly rows: number;
}

/** Returns the chunk of a column whose page is at a position in the file. */
export function nullChunk(
  { name, type, rows }: NullColumn,
  page: { readonly at: number; readonly bytes: Uint8Array },
): ThriftTree {
  const long = (value: number): ThriftField => ({ type: typeOf.i64, value });
  const code = (value: number): ThriftField => ({ type: typeOf.i32, value });
  const used = { type: typeOf.i32, items: [encodings.plain, encodings.rle] };
  const metadata = new Map<number, ThriftField>([
    [1, code(type)],
    [2, { type: typeOf.list, value: used }],
    [3, { type: typeOf.list, value: { type: typeOf.binary, items: [Buffer.from(name)] } }],
    [4, code(uncompressed)],
    [5, long(rows)],
    [6, long(page.bytes.length)],
    [7, long(page.bytes.length)],
    [9, long(page.at)],
  ]);
  return new Map([
    [2, long(page.at)],
    [3, { type: typeOf.struct, value: metadata }],
  ]);
}
