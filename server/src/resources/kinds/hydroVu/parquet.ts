/** Readings as Parquet, written one row group at a time, so that only one is in memory. */
import { ByteWriter, type ColumnSource, parquetWriteBuffer, ParquetWriter } from 'hyparquet-writer';
import { type SchemaElement } from 'hyparquet';
import { type RowGroup } from './readingWindow.ts';

const createdBy = 'duckpond';

/** A Parquet file being written: each call returns the next bytes. */
interface ParquetStream {
  /** Accepts rows with a subset of the file's columns. */
  group(rows: RowGroup): Uint8Array;
  end(): Uint8Array;
}

/** Starts a file with `Timestamp`, in whole seconds, and the columns, numbers or null. */
export function startParquet(columns: readonly string[]): ParquetStream {
  const writer = new ByteWriter() as ByteWriter & { index: number; flush?: () => void };
  // Called at the end of a group; `group` fetches the bytes then.
  writer.flush = () => undefined;
  const schema: SchemaElement[] = [
    { name: 'readings', num_children: columns.length + 1 },
    { name: 'Timestamp', type: 'INT64', repetition_type: 'REQUIRED' },
    ...columns.map((name) => ({ name, type: 'DOUBLE', repetition_type: 'OPTIONAL' }) as const),
  ];
  const file = new ParquetWriter({ writer, schema, createdBy });
  const take = (): Uint8Array => {
    const bytes = new Uint8Array(writer.getBytes());
    writer.index = 0;
    return bytes;
  };
  return {
    group({ times, columns: present }) {
      const data: ColumnSource[] = [
        { name: 'Timestamp', data: BigInt64Array.from(times, BigInt), offsetIndex: false },
        ...columns.map((name) => ({ name, data: valuesOf(present.get(name), times.length), offsetIndex: false })),
      ];
      void file.write({ columnData: data, rowGroupSize: times.length });
      return take();
    },
    end() {
      void file.finish();
      return take();
    },
  };
}

/** A column of a small table, with one value per row. */
export type TableColumn =
  | { readonly name: string; readonly type: 'STRING'; readonly data: readonly string[] }
  | { readonly name: string; readonly type: 'INT64'; readonly data: readonly (bigint | null)[] }
  | { readonly name: string; readonly type: 'DOUBLE'; readonly data: readonly (number | null)[] };

/** Returns a small table as Parquet; equal values give equal bytes. */
export function tableBytes(columns: readonly TableColumn[]): Uint8Array {
  const columnData = columns.map(({ name, type, data }) => ({ name, type, data: [...data], nullable: true }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

function valuesOf(values: Float64Array | undefined, rowCount: number): Float64Array | (number | null)[] {
  if (values === undefined) return new Array<null>(rowCount).fill(null);
  return values.some(Number.isNaN) ? Array.from(values, (value) => (Number.isNaN(value) ? null : value)) : values;
}
