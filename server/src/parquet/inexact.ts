/** Columns of Parquet files whose values DuckDB would read as others, without an error. */
import { type RowGroup, type SchemaElement } from 'hyparquet';
import { isPondError } from '../base/error.ts';
import { hasNanoseconds, openAnyParquet, type ParquetFile, type ParquetSource } from './file.ts';
import { type Leaf } from './schema.ts';

/** A column with values that would change, and why. */
export interface InexactColumn {
  readonly name: string;
  /**
   * Times below a microsecond would be cut off, decimals of more than 38 digits would become other numbers, and encrypted
   * values cannot be read. Times in an encoding that our reader does not know may be ones that would change.
   */
  readonly reason: 'nanoseconds' | 'digits' | 'encrypted' | 'unchecked';
}

const digitsMax = 38;

/**
 * Returns the first such column; undefined for most files, and for one that is no Parquet or is wholly encrypted, which
 * DuckDB reports. Only columns of a type that may have such values are decoded.
 */
export async function inexactColumn(source: ParquetSource): Promise<InexactColumn | undefined> {
  const file = attempt(() => openAnyParquet(source));
  if (file === undefined) return undefined;
  const elements = file.metadata.schema.filter(({ num_children: children = 0 }, index) => index > 0 && children === 0);
  const named = file.leaves.map((leaf, index) => ({ leaf, name: leaf.path[0] ?? '', element: elements[index] }));
  const wide = named.find(({ element }) => element !== undefined && isWide(element));
  if (wide !== undefined) return { name: wide.name, reason: 'digits' };
  const isEncrypted = ({ columns }: RowGroup, index: number): boolean => columns[index]?.crypto_metadata !== undefined;
  const secret = named.find((_, index) => file.metadata.row_groups.some((group) => isEncrypted(group, index)));
  if (secret !== undefined) return { name: secret.name, reason: 'encrypted' };
  const doubtful = named.filter(({ element }) => element !== undefined && mayHaveNanoseconds(element));
  for (const { name, leaf } of doubtful) {
    const reason = await reasonOfTimes(file, leaf);
    if (reason !== undefined) return { name, reason };
  }
  return undefined;
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function isWide({ converted_type: converted, logical_type: logical, precision = 0 }: SchemaElement): boolean {
  return (converted === 'DECIMAL' || logical?.type === 'DECIMAL') && precision > digitsMax;
}

/** DuckDB has times in nanoseconds without a zone alone. */
function mayHaveNanoseconds({ type, logical_type: logical }: SchemaElement): boolean {
  if (type === 'INT96') return true;
  return logical?.type === 'TIMESTAMP' && logical.unit === 'NANOS' && logical.isAdjustedToUTC;
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
