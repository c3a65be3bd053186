import { basename, dirname } from 'node:path';
import { assert } from '../../base/assert.ts';
import { type TextScope } from './decoded.ts';
import { packedContent } from './packedContent.ts';
import { type TextTable } from './tables.ts';

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

/** Number of lines above the rows. */
export function headLines({ scan: { layout, table } }: TextTable): number {
  return table.headEnd ?? layout.skip + (layout.hasHeader ? 1 : 0);
}

/** Writes the rows of files that can be joined, in their order and without their heads, to a new file that the database may open. */
export function joinedRows({ openDisk, newFile }: TextScope, tables: readonly TextTable[]): HostPath {
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
    for (const table of tables) {
      for (const part of rowsOf(table, packedContent(openDisk, table.file, table.file.packedAt!))) {
        parts.push(part);
        bytes += part.length;
      }
      if (bytes >= stepBytes) flush();
    }
    flush();
  } finally {
    file.close();
  }
  return { hostPath: target };
}

/** The text of the rows of a file; the last one ends as the others do. */
function rowsOf(table: TextTable, content: Uint8Array): readonly Uint8Array[] {
  const hasMark = byteOrderMark.equals(content.subarray(0, byteOrderMark.length));
  let start = hasMark ? byteOrderMark.length : 0;
  for (let line = headLines(table); line > 0; line -= 1) {
    const end = content.indexOf(newline, start);
    if (end < 0) return [];
    start = end + 1;
  }
  const rows = content.subarray(start);
  if (rows.length === 0 || rows.at(-1) === newline) return [rows];
  return [rows, Buffer.from(table.scan.lineEnds[0] === 'CRLF' ? '\r\n' : '\n')];
}

const newline = 0x0a;
