import { join } from 'node:path';
import { PondError } from '../../../base/error.ts';
import { writeHostStream } from '../../../storage/hostStream.ts';
import { makeProcessFolder } from '../../../storage/processFolder.ts';
import { type RunContext } from '../../model/kind.ts';
import { SeriesAppender } from '../../series/appender.ts';
import { rowsFile, type RowsFile } from './rows.ts';
import { type LinesSpec, type TailSpec } from './spec.ts';

/** Whole lines of a log. */
export interface Lines {
  readonly bytes: Uint8Array;
  /** Lines of a CSV file that name the columns, which the lines do not begin with; empty otherwise. */
  readonly head: Uint8Array;
  /** Path of the log, for errors. */
  readonly hostPath: string;
}

/** Number of rows and bytes that were written. */
export interface Written {
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Writes lines as a version of the series at a path in the resource directory. Fails `invalid-content` for lines that do
 * not fit.
 */
export async function writeLines(
  context: RunContext<TailSpec>,
  spec: LinesSpec,
  path: string,
  { bytes, head, hostPath }: Lines,
): Promise<Written> {
  return await writeRows(context, path, {
    rows: rowsFile(spec, bytes, { head, nowMs: context.now() }),
    from: hostPath,
  });
}

/** Rows to write. */
interface RowsToWrite {
  readonly rows: RowsFile;
  /** Path for errors. */
  readonly from: string;
}

/** Writes rows as a version of the series at a path in the resource directory, as writeLines. */
export async function writeRows(
  context: RunContext<TailSpec>,
  path: string,
  { rows, from }: RowsToWrite,
): Promise<Written> {
  const { resource, materializer, signal } = context;
  const home = await context.home();
  const directory = makeProcessFolder();
  const { time } = resource.spec;
  const options = { home, path, time, materializer, job: { signal }, isFlexible: true };
  const appender = await SeriesAppender.open({ ...options, columnsOf: () => Promise.reject(otherWriter(path)) });
  try {
    const hostPath = join(directory.path, 'rows');
    await writeHostStream(hostPath, streamOf(rows.bytes));
    const { reading, format } = rows;
    const file = { hostPath, sizeBytes: rows.bytes.length, pondPath: from, reading, ...(format && { format }) };
    const read = await appender.read({ file: { ...file, type: 'file' } });
    if (read.rows === 0) return { rows: 0, bytes: 0 };
    const folder = path.split('/').slice(0, -1).join('/');
    if (folder !== '') await home.createDirectory(folder, { parents: true });
    const node = await appender.write();
    return { rows: read.rows, bytes: node?.sizeBytes ?? 0 };
  } finally {
    appender.close();
    directory.remove();
  }
}

async function* streamOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
  await Promise.resolve();
}

function otherWriter(path: string): PondError {
  return new PondError('invalid-content', `the latest version of ${path} was not written by a Tail`, {
    path,
    hint: 'Restore the series from a commit before it was changed.',
  });
}
