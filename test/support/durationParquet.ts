import { type DataType, Duration, Field, Int64, Schema, Table, tableToIPC, type TimeUnit } from 'apache-arrow';
import { type SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';

/**
 * A Parquet file with the integers `Timestamp`, seconds since 1970 UTC, and `v`, durations in a unit: as pyarrow writes them,
 * with the unit in the schema of Arrow in the footer alone.
 */
export function durationParquet(
  unit: TimeUnit,
  rows: readonly (readonly [seconds: number, ticks: bigint])[],
): Uint8Array {
  const int64 = (name: string): SchemaElement => ({ name, type: 'INT64', repetition_type: 'OPTIONAL' });
  const field = (name: string, type: DataType): Field => new Field(name, type, true);
  const arrow = new Schema([field('Timestamp', new Int64()), field('v', new Duration(unit))]);
  const message = Buffer.from(tableToIPC(new Table(arrow), 'stream'));
  const columns = { Timestamp: rows.map(([seconds]) => BigInt(seconds)), v: rows.map(([, ticks]) => ticks) };
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: Object.entries(columns).map(([name, data]) => ({ name, data })),
      schema: [{ name: 'schema', num_children: 2 }, int64('Timestamp'), int64('v')],
      kvMetadata: [{ key: 'ARROW:schema', value: message.toString('base64') }],
    }),
  );
}
