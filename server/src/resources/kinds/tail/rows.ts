/** Lines of a log as a file of rows. */
import { parquetWriteBuffer } from 'hyparquet-writer';
import { parquetReading, type Reading, readingOf } from '../../../sandbox/formats.ts';
import { assert } from '../../../base/assert.ts';
import { formatOfSpec } from '../../../documents/statedFormat.ts';
import { type TextFormat } from '../../../sandbox/textFormat.ts';
import { type LinesSpec } from './spec.ts';

/** A file to write, and how to read it. */
export interface RowsFile {
  readonly bytes: Uint8Array;
  readonly reading: Reading;
  /** Undefined unless it is CSV. */
  readonly format?: TextFormat;
}

/**
 * Returns the rows of whole lines. `head` has the lines of a CSV file that name the columns, which the lines do not begin
 * with; `nowMs` is the time of the run.
 */
export function rowsFile(
  { lines, names, format = {} }: LinesSpec,
  bytes: Uint8Array,
  { head, nowMs }: { readonly head: Uint8Array; readonly nowMs: number },
): RowsFile {
  if (lines === 'text') return { bytes: textRows(bytes, nowMs), reading: parquetReading };
  const reading = readingOf('file', `rows.${lines}`);
  assert(reading !== undefined, () => `${lines} is a format of rows`);
  if (lines === 'ndjson') return { bytes, reading };
  // Where the rows begin is known, so it is not looked for in each part of the file.
  const stated = { ...formatOfSpec(format), skip: 0, header: names === undefined, ...(names && { names }) };
  return { bytes: Buffer.concat([head, bytes]), reading, format: stated };
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
