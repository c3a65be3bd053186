import { isUtf8 } from 'node:buffer';
import { basename, dirname, join } from 'node:path';
import { openLockedDatabase } from '../../duckdb/database.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { type OpenDisk } from '../../storage/disk.ts';
import { makeProcessFolder } from '../../storage/processFolder.ts';
import { isJsonLines } from '../formats.ts';
import { type SourceFile } from '../sources.ts';
import { type Column } from '../types.ts';
import { ExampleLines } from './exampleLines.ts';

/** Size of a file from which its examples are found faster than all of it is read, bytes. */
const fileBytesMin = 4 * 1024 * 1024;

/** Bytes of a line that is not complete, at most. */
const lineBytesMax = 4 * 1024 * 1024;

/** Finds the columns of files; null where they are not those of the keys. */
type FindColumns = (connection: Connection, hostPaths: readonly string[]) => Promise<readonly Column[] | null>;

/**
 * The columns of files of JSON in lines, found by `find` in example lines of the large ones. Undefined where that is not
 * certain to be what it finds in the files: a small file, an error, texts in a column of dates.
 */
export async function columnsByExamples(
  openDisk: OpenDisk,
  files: readonly SourceFile[],
  find: FindColumns,
): Promise<readonly Column[] | undefined> {
  if (files.length === 0 || !files.every(isLarge)) return undefined;
  const folder = makeProcessFolder();
  try {
    const textKeys = new Set<string>();
    const hostPaths: string[] = [];
    for (const [index, file] of files.entries()) {
      const examples = await examplesOf(openDisk, file);
      if (examples === undefined) return undefined;
      for (const key of examples.textKeys) textKeys.add(key);
      const handle = openDisk(folder.path).create(String(index));
      handle.append(Buffer.concat(examples.lines));
      handle.close();
      hostPaths.push(join(folder.path, String(index)));
    }
    const columns = await columnsIn(hostPaths, find);
    // Of texts that are no dates, only the first is among the examples: another one might be text to the engine alone.
    return columns?.some(({ name, type }) => textKeys.has(name) && /DATE|TIME|UUID/.test(type)) === true
      ? undefined
      : columns;
  } finally {
    folder.remove();
  }
}

const isLarge = ({ reading, sizeBytes }: SourceFile): boolean => isJsonLines(reading) && sizeBytes >= fileBytesMin;

async function columnsIn(hostPaths: readonly string[], find: FindColumns): Promise<readonly Column[] | undefined> {
  const { database, connection } = await openLockedDatabase({ hostPaths, threads: 1 });
  try {
    return (await find(connection, hostPaths)) ?? undefined;
  } catch {
    // The files' own reading reports the error, with their names and lines.
    return undefined;
  } finally {
    connection.close();
    database.close();
  }
}

/** Example lines of a file; undefined where there are too many, and for bytes that are no text. */
async function examplesOf(openDisk: OpenDisk, { hostPath }: SourceFile): Promise<ExampleLines | undefined> {
  const examples = new ExampleLines();
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of openDisk(dirname(hostPath)).readStream(basename(hostPath)) ?? []) {
    const text = Buffer.concat([rest, chunk]);
    const end = examples.take(text);
    if (!examples.isUseful || !isUtf8(text.subarray(0, end)) || text.length - end > lineBytesMax) return undefined;
    rest = Buffer.from(text.subarray(end));
  }
  const last = Buffer.concat([rest, Buffer.from('\n')]);
  examples.take(last);
  return examples.isUseful && isUtf8(last) ? examples : undefined;
}
