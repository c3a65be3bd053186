import { basename, dirname } from 'node:path';
import { assert } from '../../base/assert.ts';
import { type TextScope } from './decoded.ts';
import { packedContent } from './packedContent.ts';
import { type TextLayout } from './layout.ts';
import { headLines, type TextTable } from './tables.ts';

interface HostPath {
  readonly hostPath: string;
}

/** Bytes written at a time. */
const stepBytes = 1024 * 1024;

const byteOrderMark = Buffer.from('\ufeff');

/** True for a file in a pack whose rows DuckDB's reader reads as they are: it reads those of several files as one text. */
export function canBeJoined({ file, scan, columns }: TextTable): boolean {
  return file.packedAt !== undefined && scan.isPlain && columns.every(({ local }) => local === undefined);
}

/**
 * Writes the rows of files that can be joined, in their order and without their heads, to a new file that the database may
 * open. With `isNumbered` each begins with the index of its file, 0-based, as a field.
 */
export function joinedRows(
  { openDisk, newFile }: TextScope,
  tables: readonly TextTable[],
  { isNumbered = false } = {},
): HostPath {
  assert(newFile !== undefined, () => 'packs are read with a directory for their rows');
  const target = newFile();
  const file = openDisk(dirname(target)).create(basename(target));
  try {
    let parts: Uint8Array[] = [];
    let bytes = 0;
    const flush = (): void => {
      if (bytes > 0) file.append(Buffer.concat(parts, bytes));
      [parts, bytes] = [[], 0];
    };
    for (const [index, table] of tables.entries()) {
      const rows = rowsOf(table, packedContent(openDisk, table.file, table.file.packedAt!));
      const part = isNumbered ? numbered(rows, index, table.scan.layout) : rows;
      parts.push(part);
      bytes += part.length;
      if (bytes >= stepBytes) flush();
    }
    flush();
  } finally {
    file.close();
  }
  return { hostPath: target };
}

/** The text of the rows of a file; the last one ends as the others do. */
function rowsOf(table: TextTable, content: Uint8Array): Uint8Array {
  const hasMark = byteOrderMark.equals(content.subarray(0, byteOrderMark.length));
  let start = hasMark ? byteOrderMark.length : 0;
  for (let line = headLines(table); line > 0; line -= 1) {
    const end = content.indexOf(newline, start);
    if (end < 0) return new Uint8Array();
    start = end + 1;
  }
  const rows = content.subarray(start);
  if (rows.length === 0 || rows.at(-1) === newline) return rows;
  return Buffer.concat([rows, Buffer.from(table.scan.lineEnds[0] === 'CRLF' ? '\r\n' : '\n')]);
}

const newline = 0x0a;
const carriageReturn = 0x0d;

/** Rows, each of whose lines has an end, with a number before each. Blank lines are not rows. */
function numbered(rows: Uint8Array, number: number, { delimiter, quote }: TextLayout): Uint8Array {
  const mark = Buffer.from(quote)[0];
  const hasQuotes = mark !== undefined && rows.includes(mark);
  const prefix = Buffer.from(`${number}${delimiter}`);
  const parts: Uint8Array[] = [];
  // A record goes on after the end of a line where a quote is open: of rows that DuckDB reads, no other quote is odd.
  let isOpen = false;
  for (let start = 0; start < rows.length;) {
    const end = rows.indexOf(newline, start) + 1;
    const line = rows.subarray(start, end);
    const isBlank = line.length === 1 || (line.length === 2 && line[0] === carriageReturn);
    if (!isOpen && !isBlank) parts.push(prefix);
    parts.push(line);
    if (hasQuotes) for (const byte of line) if (byte === mark) isOpen = !isOpen;
    start = end;
  }
  return Buffer.concat(parts);
}
