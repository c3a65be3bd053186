/** A header again in the lines of a CSV log, which names the columns of those that follow. */
import { lastHeader, startOfLine } from '../../../sandbox/textTables/lastHeader.ts';
import { rowsFile } from './rows.ts';
import { type LinesSpec } from './spec.ts';

/** Whole lines that were read. */
interface ReadLines {
  readonly bytes: Uint8Array;
  /** Lines of the header above them. */
  readonly head: Uint8Array;
  /** Offset after them. */
  readonly end: number;
  /** Path of the log, for errors. */
  readonly hostPath: string;
}

/** Returns the offset of the last header in lines that were read; undefined for lines without one. */
export async function laterHead(
  spec: LinesSpec,
  { bytes, head, end, hostPath }: ReadLines,
  signal: AbortSignal,
): Promise<number | undefined> {
  const nothing = new Uint8Array();
  const { reading, format } = rowsFile(spec, nothing, { head: nothing, nowMs: 0 });
  const text = { head: Buffer.from(head), lines: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) };
  const line = await lastHeader(text, { reading, pondPath: hostPath, ...(format && { format }) }, signal);
  return line === undefined ? undefined : end - bytes.length + startOfLine(bytes, line);
}
