/** Host files whose rows become batches of a series. */
import { basename, join, sep } from 'node:path';
import { PondError } from '../base/error.ts';
import { type Batch } from '../resources/series/appender.ts';
import { queryableExtensions, readingOf } from '../sandbox/formats.ts';
import { hostFileState } from '../storage/hostScan.ts';
import { writeHostStream } from '../storage/hostStream.ts';
import { hostFileHash } from './contentHash.ts';

/** Formats in which rows can be given without a name that says it. */
type AppendFormat = 'csv' | 'ndjson' | 'parquet';

/** Name of standard input in messages. */
const standardInput = '/dev/stdin';

/** A host file, under the path that people know. */
export interface RowFile {
  readonly hostPath: string;
  readonly shownPath: string;
}

/** Stores a stream as a file in a host directory. */
export async function fileOfInput(input: AsyncIterable<Uint8Array>, directory: string): Promise<RowFile> {
  const hostPath = join(directory, 'input');
  await writeHostStream(hostPath, input);
  return { hostPath, shownPath: standardInput };
}

/**
 * Returns the rows of a file as a batch, in the format of its name unless one is given, and a function that fails
 * `invalid-content` when the file has changed since. Fails `not-found`, and `invalid-content` for a name of no format.
 */
export async function batchOf(
  { hostPath, shownPath }: RowFile,
  format: AppendFormat | undefined,
): Promise<Batch & { readonly requireUnchanged: () => void }> {
  const name = basename(shownPath);
  const compression = /\.(gz|zst)$/i.exec(name)?.[0] ?? '';
  const reading = readingOf('file', format === undefined ? name : `rows.${format}${compression}`);
  const path = shownPath;
  if (reading === undefined) {
    const hint = `Its format follows from its name (${queryableExtensions}); otherwise give it: --format csv, ndjson or parquet.`;
    throw new PondError('invalid-content', `the format of ${shownPath} is not known`, { path, hint });
  }
  const state = hostFileState(hostPath);
  if (state === undefined) {
    const hint = 'Check the spelling of the host path.';
    throw new PondError('not-found', `no file is at ${shownPath} on this machine`, { path, hint });
  }
  const hash = await hostFileHash(hostPath);
  const { sizeBytes } = state;
  return {
    file: { hostPath, sizeBytes, key: hash, pondPath: slashed(shownPath), type: 'file', reading },
    hash,
    requireUnchanged() {
      const now = hostFileState(hostPath);
      if (now?.sizeBytes === sizeBytes && now.modifiedMs === state.modifiedMs && now.changedMs === state.changedMs)
        return;
      throw new PondError('invalid-content', `${shownPath} changed while it was read`, {
        path,
        hint: 'Append it again when nothing writes to it, or let a resource follow it.',
      });
    },
  };
}

/** Returns a host path as SQL and messages show it: with `/` between names, and at its start. */
function slashed(hostPath: string): string {
  const path = hostPath.split(sep).join('/');
  return path.startsWith('/') ? path : `/${path}`;
}
