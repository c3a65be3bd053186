/** Columns of Parquet files whose values DuckDB would read as others, without an error. */
import { type FileMetaData, type SchemaElement } from 'hyparquet';
import { isPondError } from '../base/error.ts';
import { hasNanoseconds, type ParquetFile } from './file.ts';
import { type Leaf } from './schema.ts';

/** A column with values that would change, and why. */
export interface InexactColumn {
  readonly name: string;
  /**
   * Times below a microsecond would be cut off, decimals of more than 38 digits would become other numbers, and encrypted
   * values and those in some encodings cannot be read. Times in an encoding that our reader does not know may be ones that
   * would change.
   */
  readonly reason: 'nanoseconds' | 'digits' | 'encrypted' | 'encoding' | 'unchecked';
}

const digitsMax = 38;

/** Returns the first such column; undefined for most files. Only columns of a type that may have such values are decoded. */
export async function inexactColumn(file: ParquetFile): Promise<InexactColumn | undefined> {
  const { leaves, metadata } = file;
  const wide = leaves.find(({ element }) => isWide(element));
  if (wide !== undefined) return { name: nameOf(wide), reason: 'digits' };
  const isEncrypted = (index: number): boolean =>
    metadata.row_groups.some(({ columns }) => columns[index]?.crypto_metadata !== undefined);
  const secret = leaves.find((_, index) => isEncrypted(index));
  if (secret !== undefined) return { name: nameOf(secret), reason: 'encrypted' };
  for (const leaf of leaves.filter(({ element }) => mayHaveNanoseconds(element))) {
    const reason = await reasonOfTimes(file, leaf);
    if (reason !== undefined) return { name: nameOf(leaf), reason };
  }
  const split = leaves.find(({ element }, index) => !isBinary(element) && isSplit(metadata, index));
  if (split !== undefined) return { name: nameOf(split), reason: 'encoding' };
  return undefined;
}

/** Name of the column that a leaf is in. */
const nameOf = ({ path }: Leaf): string => path[0] ?? '';

function isWide({ converted_type: converted, logical_type: logical, precision = 0 }: SchemaElement): boolean {
  return (converted === 'DECIMAL' || logical?.type === 'DECIMAL') && precision > digitsMax;
}

/** True for a column of numbers, which DuckDB reads from this encoding; of others, it does not. */
const isBinary = ({ type }: SchemaElement): boolean => type === 'FLOAT' || type === 'DOUBLE';

const isSplit = ({ row_groups: groups }: FileMetaData, index: number): boolean =>
  groups.some(({ columns }) => columns[index]?.meta_data?.encodings.includes('BYTE_STREAM_SPLIT'));

/** DuckDB has times in nanoseconds without a zone alone. */
function mayHaveNanoseconds({ type, logical_type: logical }: SchemaElement): boolean {
  if (type === 'INT96') return true;
  const isTime = logical?.type === 'TIMESTAMP' || logical?.type === 'TIME';
  return isTime && logical.unit === 'NANOS' && logical.isAdjustedToUTC;
}

async function reasonOfTimes(file: ParquetFile, leaf: Leaf): Promise<InexactColumn['reason'] | undefined> {
  for (const [index, group] of file.metadata.row_groups.entries()) {
    // pyarrow writes a table without rows as a group without pages.
    if (Number(group.num_rows) === 0) continue;
    try {
      if (await hasNanoseconds(file, index, leaf)) return 'nanoseconds';
    } catch (error) {
      if (!isPondError(error, 'pond-damaged')) throw error;
      return 'unchecked';
    }
  }
  return undefined;
}
