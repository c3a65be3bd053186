import { DataType } from 'apache-arrow';
import { type Piece } from './arrowPiece.ts';

/** Rows that a batch without any bytes may have. */
const emptyRowsMax = 2 ** 24;

/**
 * The fault of a batch whose buffers do not hold its rows; undefined for a sound one. apache-arrow takes lengths and
 * offsets from the file as they are, and returns zeros for values outside of a buffer.
 */
export function batchFault(
  columns: readonly { readonly name: string; readonly piece: Piece }[],
  rows: number,
): string | undefined {
  const bytes = columns.reduce((sum, { piece }) => sum + bytesOf(piece), 0);
  if (rows > Math.max(emptyRowsMax, bytes * 8)) return `a batch states ${rows} rows and has ${bytes} bytes`;
  for (const { name, piece } of columns) {
    const fault = pieceFault(piece, rows);
    if (fault !== undefined) return `column "${name}" ${fault}`;
  }
  return undefined;
}

function bytesOf({ values, children }: Piece): number {
  const own = ArrayBuffer.isView(values) ? values.byteLength : 0;
  return children.reduce((sum, child) => sum + bytesOf(child), own);
}

/** The fault of a piece that should have at least `needed` values. */
function pieceFault(piece: Piece, needed: number): string | undefined {
  const { type, length, nullCount, nullBitmap, values } = piece;
  if (length < needed) return `has ${length} of ${needed} values`;
  if (length === 0 || DataType.isNull(type)) return undefined;
  if (nullCount > 0 && nullBitmap.length * 8 < length) return 'lacks the marks of its missing values';
  if (DataType.isStruct(type)) return firstFault(piece.children, length);
  if (DataType.isFixedSizeList(type)) return firstFault(piece.children, length * type.listSize);
  if (hasOffsets(type)) return offsetsFault(piece);
  const width = widthOf(type);
  return (values?.length ?? 0) < Math.ceil(length * width) ? 'is cut short' : undefined;
}

function firstFault(children: readonly Piece[], needed: number): string | undefined {
  for (const child of children) {
    const fault = pieceFault(child, needed);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** True for types whose values are ranges of a buffer or of another piece. */
function hasOffsets(type: DataType): boolean {
  return (
    DataType.isUtf8(type) ||
    DataType.isLargeUtf8(type) ||
    DataType.isBinary(type) ||
    DataType.isLargeBinary(type) ||
    DataType.isList(type) ||
    DataType.isLargeList(type) ||
    DataType.isMap(type)
  );
}

function offsetsFault(piece: Piece): string | undefined {
  const { type, length, valueOffsets, values, children } = piece;
  const isNested = DataType.isList(type) || DataType.isLargeList(type) || DataType.isMap(type);
  if (valueOffsets.length <= length) return 'is cut short';
  let last = Number(valueOffsets[0]);
  if (last < 0) return 'has an offset below zero';
  for (let index = 1; index <= length; index += 1) {
    const next = Number(valueOffsets[index]);
    if (next < last) return 'has offsets that decrease';
    last = next;
  }
  if (isNested) return firstFault(children, last);
  return last > (values?.length ?? 0) ? 'is cut short' : undefined;
}

/** Elements of the buffer of values for each value. */
function widthOf(type: DataType): number {
  if (DataType.isBool(type)) return 1 / 8;
  if (DataType.isFixedSizeBinary(type)) return type.byteWidth;
  if (DataType.isDecimal(type)) return type.bitWidth / 32;
  if (DataType.isUtf8View(type) || DataType.isBinaryView(type)) return viewBytes;
  if (DataType.isInterval(type)) return intervalWords[type.unit] ?? 1;
  return 1;
}

/** Bytes of each value of a view: its length, and its content or the position of it. */
export const viewBytes = 16;

/** 32-bit words of an interval, by its unit: months; days and milliseconds; months, days and nanoseconds. */
const intervalWords: Readonly<Record<number, number>> = { 0: 1, 1: 2, 2: 4 };
