/** Facts in the footer of a Parquet file that anyone may have written: claims, of which only the form is checked. */
import { type FileMetaData, parquetMetadata, type SchemaElement } from 'hyparquet';

/** A range of time: microseconds since 1970 UTC, both inclusive. */
export interface TimeRange {
  readonly minUs: number;
  readonly maxUs: number;
}

/** The footer of a Parquet file. */
export class ParquetFooter {
  readonly #metadata: FileMetaData;

  /** Use readFooter. */
  constructor(metadata: FileMetaData) {
    this.#metadata = metadata;
  }

  get rowCount(): number {
    return this.#metadata.row_groups.reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
  }

  /** Returns the text that the writer stored under a key; undefined when it stored none. */
  text(key: string): string | undefined {
    return this.#metadata.key_value_metadata?.find((entry) => entry.key === key)?.value;
  }

  /**
   * Returns the range of a top column of times, by its name in any case: TIMESTAMP, DATE, or a number of seconds since
   * 1970. A range that the microseconds of its ends do not hold exactly is rounded outwards. Undefined without such a
   * column, without statistics in each row group that has a value, and beyond the years -138 to 2255.
   */
  timeRange(column: string): TimeRange | undefined {
    const { schema, row_groups: groups } = this.#metadata;
    const element = topColumns(schema).find(({ name }) => name.toLowerCase() === column.toLowerCase());
    if (element === undefined) return undefined;
    let [minUs, maxUs] = [Infinity, -Infinity];
    for (const { num_rows: rows, columns } of groups) {
      const chunk = columns.find(({ meta_data: data }) => data?.path_in_schema.join('.') === element.name)?.meta_data;
      const { null_count: nulls, min_value: min, max_value: max } = chunk?.statistics ?? {};
      if (chunk === undefined) return undefined;
      if (rows === 0n || nulls === rows) continue;
      minUs = Math.min(minUs, microseconds(element, min, Math.floor));
      maxUs = Math.max(maxUs, microseconds(element, max, Math.ceil));
    }
    return minUs <= maxUs && Number.isSafeInteger(minUs) && Number.isSafeInteger(maxUs) ? { minUs, maxUs } : undefined;
  }
}

/** Bytes after the footer: its length, and the four of the file's format. */
export const footerTailBytes = 8;

/** Larger footers are not read. */
const footerBytesMax = 32 * 1024 * 1024;

/**
 * Returns the number of bytes of the footer with the tail after it, from the last footerTailBytes of a file; undefined
 * when the file is smaller, or the footer too large.
 */
export function footerBytesOf(tail: Uint8Array, fileBytes: number): number | undefined {
  const bytes = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true) + footerTailBytes;
  return bytes <= Math.min(fileBytes - 4, footerBytesMax) ? bytes : undefined;
}

/** Returns the footer of a file, from its last bytes; undefined when they are not one. */
export function readFooter(bytes: Uint8Array): ParquetFooter | undefined {
  try {
    const { buffer } = new Uint8Array(bytes);
    return new ParquetFooter(parquetMetadata(buffer, { parsers: microsecondParsers, geoparquet: false }));
  } catch {
    return undefined;
  }
}

/** Statistics of times as microseconds; those in nanoseconds with their fraction. */
const microsecondParsers = {
  timestampFromMilliseconds: (ms: bigint): number => Number(ms) * 1000,
  timestampFromMicroseconds: (us: bigint): number => Number(us),
  timestampFromNanoseconds: (ns: bigint): number => Number(ns / 1000n) + Number(ns % 1000n) / 1000,
  dateFromDays: (days: number): number => days * 86_400_000_000,
};

/** The columns that are not groups. */
function topColumns(schema: readonly SchemaElement[]): readonly SchemaElement[] {
  const columns: SchemaElement[] = [];
  for (let at = 1; at < schema.length; at = afterElement(schema, at)) {
    if ((schema[at]!.num_children ?? 0) === 0) columns.push(schema[at]!);
  }
  return columns;
}

/** Returns the index after an element and all below it. */
export function afterElement(schema: readonly SchemaElement[], index: number): number {
  let next = index + 1;
  for (let open = schema[index]?.num_children ?? 0; open > 0 && next < schema.length; next++) {
    open += (schema[next]!.num_children ?? 0) - 1;
  }
  return next;
}

/** Returns a bound in microseconds; NaN when it is missing, or not a point in time. */
function microseconds(element: SchemaElement, bound: unknown, round: (value: number) => number): number {
  if (typeof bound !== 'number' && typeof bound !== 'bigint') return NaN;
  const { logical_type: logical, converted_type: converted } = element;
  const type = logical?.type ?? converted ?? 'INTEGER';
  if (/^(TIMESTAMP|DATE)/.test(type)) return round(Number(bound));
  return /^(U?INT|DECIMAL)/.test(type) ? round(Number(bound) * 1_000_000) : NaN;
}
