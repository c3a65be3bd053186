import { join } from 'node:path';
import { PondError } from '../../../base/error.ts';
import { writeHostStream } from '../../../storage/hostStream.ts';
import { makeTemporaryDirectory } from '../../../storage/temporaryDirectory.ts';
import { type SourceFile } from '../../../sandbox/sources.ts';
import { joinNotations } from '../../../sandbox/textTables/findNotation.ts';
import { type Notation } from '../../../sandbox/textTables/notation.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type Job } from '../../../base/job.ts';
import { type RunContext } from '../../model/kind.ts';
import { SeriesAppender } from '../../series/appender.ts';
import { decidingLines, type EarlierLines } from './earlierLines.ts';
import { rowsFile, type RowsFile } from './rows.ts';
import { type InputFile } from '../../../sandbox/build.ts';
import { type LinesSpec, type TailSpec } from './spec.ts';

/** Whole lines of a log. */
export interface Lines {
  readonly bytes: Uint8Array;
  /** Lines of a CSV file that name the columns, which the lines do not begin with; empty otherwise. */
  readonly head: Uint8Array;
  /** Lines above that show how values are written. */
  readonly earlier: EarlierLines;
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
  { bytes, head, earlier, hostPath }: Lines,
): Promise<Written> {
  const fileOf = (lines: Uint8Array, above: Uint8Array): RowsFile =>
    rowsFile(spec, lines, { head: above, nowMs: context.now() });
  const rows = { rows: fileOf(bytes, head), from: hostPath };
  const deciding = decidingLines(earlier).map((lines) => fileOf(lines, new Uint8Array()));
  return await writeRows(context, path, { ...rows, deciding });
}

/** Rows to write. */
interface RowsToWrite {
  readonly rows: RowsFile;
  /** Files that show the notation of the rows. */
  readonly deciding?: readonly RowsFile[];
  /** Path for errors. */
  readonly from: string;
}

/** Writes rows as a version of the series at a path in the resource directory, as writeLines. */
export async function writeRows(
  context: RunContext<TailSpec>,
  path: string,
  { rows, deciding = [], from }: RowsToWrite,
): Promise<Written> {
  const { resource, materializer, signal } = context;
  const home = await context.home();
  const directory = makeTemporaryDirectory('pond-tail');
  const { time } = resource.spec;
  const options = { home, path, time, materializer, job: { signal }, isFlexible: true };
  const appender = await SeriesAppender.open({ ...options, columnsOf: () => Promise.reject(otherWriter(path)) });
  try {
    const inputOf = async (written: RowsFile, name: string): Promise<InputFile & SourceFile> => {
      const hostPath = join(directory.path, name);
      await writeHostStream(hostPath, streamOf(written.bytes));
      const { reading, format } = written;
      const sizeBytes = written.bytes.length;
      return { hostPath, sizeBytes, pondPath: from, type: 'file', reading, ...(format && { format }) };
    };
    const others: SourceFile[] = [];
    for (const [index, other] of deciding.entries()) others.push(await inputOf(other, `deciding-${index}`));
    const file = await inputOf(rows, 'rows');
    const notation = others.length === 0 ? undefined : await notationOf([...others, file], materializer, { signal });
    const read = await appender.read({ file, ...(notation && { notation }) });
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

/** The notation that files show together. */
async function notationOf(files: readonly SourceFile[], { builder }: Materializer, { signal }: Job): Promise<Notation> {
  const notations = await builder.notations(files, signal);
  const found = notations.flatMap((notation, at) => (notation ? [{ path: files[at]!.pondPath, notation }] : []));
  return joinNotations(found);
}
