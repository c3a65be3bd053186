import { type DataType } from 'apache-arrow';

/** The fields of a vector segment that are used here; apache-arrow's own type leaves the values untyped. */
export interface Piece {
  readonly type: DataType;
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array;
  /** Undefined for types without values of their own. */
  readonly values: ArrayLike<number | bigint> | undefined;
  /** For texts, bytes, lists and maps: the offset at which the value of each index starts. */
  readonly valueOffsets: ArrayLike<number | bigint>;
  /** Content of long values of a view. */
  readonly variadicBuffers: readonly Uint8Array[];
  readonly children: readonly Piece[];
  readonly dictionary?: { readonly length: number; readonly data: readonly Piece[] };
  getValid(index: number): boolean;
}
