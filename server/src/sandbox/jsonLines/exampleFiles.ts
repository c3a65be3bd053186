import { isUtf8 } from 'node:buffer';
import { basename, dirname, join } from 'node:path';
import { LruCache } from '../../base/lruCache.ts';
import { throwIfCancelled } from '../../base/cancelled.ts';
import { openLockedDatabase } from '../../duckdb/database.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { type OpenDisk } from '../../storage/disk.ts';
import { makeProcessFolder } from '../../storage/processFolder.ts';
import { type PartRange, partsOf } from '../fileParts.ts';
import { isJsonLines } from '../formats.ts';
import { inThreads, partSizes } from '../scanThreads.ts';
import { type SourceFile } from '../sources.ts';
import { type Column } from '../../protocol/results.ts';
import { ExampleLines } from './exampleLines.ts';

/** Size of a file from which its examples are found faster than all of it is read, bytes. */
const fileBytesMin = 4 * 1024 * 1024;

const newline = 0x0a;

/** Bytes of a line that is not complete, at most. */
const lineBytesMax = 4 * 1024 * 1024;

/** A part of a file of JSON in lines, for a thread. */
export interface LinesPart {
  readonly kind: 'lines';
  readonly hostPath: string;
  readonly range: PartRange;
  /** True for the last one, whose last line may have no end. */
  readonly isLast: boolean;
}

/** Access to the files. */
export interface LinesScope {
  readonly openDisk: OpenDisk;
  /** Ends the reading, which fails `cancelled`. */
  readonly signal?: AbortSignal;
}

/** Finds the columns of files; null where they are not those of the keys. */
type FindColumns = (connection: Connection, hostPaths: readonly string[]) => Promise<readonly Column[] | null>;

/**
 * The columns of files of JSON in lines, found by `find` in example lines of the large ones. Undefined where that is not
 * certain to be what it finds in the files: a small file, an error, texts in a column of dates.
 */
export async function columnsByExamples(
  scope: LinesScope,
  files: readonly SourceFile[],
  find: FindColumns,
): Promise<readonly Column[] | undefined> {
  if (files.length === 0 || !files.every(isLarge)) return undefined;
  const folder = makeProcessFolder();
  try {
    const textKeys = new Set<string>();
    const hostPaths: string[] = [];
    for (const [index, file] of files.entries()) {
      const examples = await examplesOfLarge(scope, file);
      if (examples === undefined) return undefined;
      for (const key of examples.textKeys) textKeys.add(key);
      const handle = scope.openDisk(folder.path).create(String(index));
      handle.append(Buffer.concat(examples.lines));
      handle.close();
      hostPaths.push(join(folder.path, String(index)));
    }
    const columns = await columnsIn(hostPaths, find);
    // Of texts that are not dates, only the first is among the examples: another one might be text to the engine alone.
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

/** Files whose examples are kept for their next use, at most. */
const keptMax = 4;

const kept = new LruCache<string, { readonly examples: ExampleLines | undefined }>({ max: keptMax });

/** Example lines of a large file of JSON in lines; undefined for any other, and as examplesIn. */
export async function examplesOfLarge(scope: LinesScope, file: SourceFile): Promise<ExampleLines | undefined> {
  if (!isLarge(file)) return undefined;
  const known = file.key === undefined ? undefined : kept.get(file.key);
  if (known !== undefined) return known.examples;
  const examples = await findExamples(scope, file);
  if (file.key !== undefined) kept.set(file.key, { examples });
  return examples;
}

async function findExamples(
  { openDisk, signal }: LinesScope,
  { hostPath, sizeBytes }: SourceFile,
): Promise<ExampleLines | undefined> {
  const name = basename(hostPath);
  const ranges = partsOf(openDisk(dirname(hostPath)), { name, sizeBytes }, partSizes) ?? [{ from: 0, to: Infinity }];
  const tasks = ranges.map((range, index): LinesPart => ({
    kind: 'lines',
    hostPath,
    range,
    isLast: index === ranges.length - 1,
  }));
  const found = await inThreads<LinesPart, Uint8Array>(tasks, {
    own: (part, ended) => examplesIn(openDisk, part, ended),
    signal,
  });
  return found && joinExamples(found);
}

/** The example lines of a file: of those of its parts, the ones that show something new. Undefined for too many. */
export function joinExamples(parts: readonly Uint8Array[]): ExampleLines | undefined {
  const examples = new ExampleLines();
  for (const lines of parts) examples.take(Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength));
  return examples.isUseful ? examples : undefined;
}

/** The example lines of a part, in order; undefined where there are too many, and for bytes that are not text. */
export async function examplesIn(
  openDisk: OpenDisk,
  { hostPath, range: { from, to }, isLast }: LinesPart,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  const examples = new ExampleLines();
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of openDisk(dirname(hostPath)).scanStream(basename(hostPath), from, to) ?? []) {
    throwIfCancelled(signal, 'the query');
    const start = chunk.indexOf(newline) + 1;
    if (start === 0) rest = Buffer.concat([rest, chunk]);
    else {
      // The line of the rest is all that has to be copied.
      const line = Buffer.concat([rest, chunk.subarray(0, start)]);
      const text = Buffer.from(chunk.buffer, chunk.byteOffset + start, chunk.length - start);
      examples.take(line);
      const end = examples.take(text);
      if (!examples.isUseful || !isUtf8(line) || !isUtf8(text.subarray(0, end))) return undefined;
      rest = Buffer.from(text.subarray(end));
    }
    if (rest.length > lineBytesMax) return undefined;
  }
  const last = Buffer.concat([rest, Buffer.from(isLast ? '\n' : '')]);
  examples.take(last);
  return examples.isUseful && isUtf8(last) ? Buffer.concat(examples.lines) : undefined;
}
