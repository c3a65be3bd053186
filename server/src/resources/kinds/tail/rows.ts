/** Lines of a log as a file of rows. */
import { parquetWriteBuffer } from 'hyparquet-writer';
import { parquetReading, type Reading, readingOf } from '../../../sandbox/formats.ts';
import { assert } from '../../../base/assert.ts';
import { type TailSpec } from './spec.ts';

/** A file to write, and how to read it. */
interface RowsFile {
  readonly bytes: Uint8Array;
  readonly reading: Reading;
}

/**
 * Returns the rows of whole lines. `header` is the first line of a CSV file, which the lines do not begin with; `nowMs`
 * the time of the run.
 */
export function rowsFile(
  { lines, names }: TailSpec,
  bytes: Uint8Array,
  { header, nowMs }: { readonly header: Uint8Array; readonly nowMs: number },
): RowsFile {
  if (lines === 'text') return { bytes: textRows(bytes, nowMs), reading: parquetReading };
  const reading = readingOf('file', `rows.${lines}`);
  assert(reading !== undefined, () => `${lines} is a format of rows`);
  if (lines === 'ndjson') return { bytes, reading };
  const named = names === undefined ? header : Buffer.from(`${names.map(quoted).join(',')}\n`);
  return { bytes: Buffer.concat([named, bytes]), reading };
}

function textRows(bytes: Uint8Array, nowMs: number): Uint8Array {
  const lines = Buffer.from(bytes)
    .toString('utf8')
    .replace(/\r?\n$/, '')
    .split(/\r?\n/);
  const time = BigInt(Math.floor(nowMs / 1000));
  const columnData = [
    { name: 'Timestamp', type: 'INT64' as const, data: new BigInt64Array(lines.length).fill(time) },
    { name: 'line', type: 'STRING' as const, data: lines },
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
