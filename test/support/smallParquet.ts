import { parquetWriteBuffer } from 'hyparquet-writer';

/** A Parquet file of one row with a column `Timestamp` and columns of those names. */
export function smallParquet(...columns: readonly string[]): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'Timestamp', data: [1_600_000_000n], type: 'INT64' },
        ...columns.map((name) => ({ name, data: [1.5], type: 'DOUBLE' as const })),
      ],
    }),
  );
}
