import { parquetWriteBuffer } from 'hyparquet-writer';
import { type Random } from './random.ts';

const byteMax = 255;
const dataBytesMax = 4096;
/** 2024-01-01, seconds since 1970 UTC. */
const startSeconds = 1_704_067_200;

/** Returns random bytes, possibly none. */
export function randomData(random: Random): Uint8Array {
  return Uint8Array.from({ length: random.whole(0, dataBytesMax) }, () => random.whole(0, byteMax));
}

/** Returns a table in Parquet: `name` and `region` are numbers as texts, `quota` is a number, all from 0 to 255. */
export function randomTable(random: Random, rowCount: number): Uint8Array {
  const column = (): number[] => Array.from({ length: rowCount }, () => random.whole(0, byteMax));
  return parquet([
    { name: 'name', data: column().map(String), type: 'STRING' },
    { name: 'region', data: column().map(String), type: 'STRING' },
    { name: 'quota', data: column(), type: 'INT32' },
  ]);
}

/** Returns a series in Parquet: one row per minute, with values from 0 to 1. */
export function randomSeries(random: Random, rowCount: number): Uint8Array {
  const times = Array.from({ length: rowCount }, (_, index) => BigInt(startSeconds + 60 * index));
  return parquet([
    { name: 'Timestamp', data: times, type: 'INT64' },
    { name: 'Scribble.Value.1', data: times.map(() => random.part()), type: 'DOUBLE' },
  ]);
}

function parquet(columnData: Parameters<typeof parquetWriteBuffer>[0]['columnData']): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
