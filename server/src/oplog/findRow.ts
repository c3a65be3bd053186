import { isPondError, type PondError } from '../base/error.ts';
import { type FileIndex } from './fileIndex.ts';
import { type RowReader } from './rowReader.ts';
import { type RowRequest } from './opLog.ts';
import { type StoredRow } from './rows.ts';

/** Result of a search: the row, or the first damaged file of those that might have it, if any is damaged. */
type FoundRow = { readonly row: StoredRow } | { readonly row: undefined; readonly damage: PondError | undefined };

/** Returns the row of a key from the first intact file that has it. */
export async function findRow(files: FileIndex, reader: RowReader, request: RowRequest): Promise<FoundRow> {
  const damage: PondError[] = [];
  const inOneOf = async (paths: Iterable<string> | AsyncIterable<string>): Promise<StoredRow | undefined> => {
    for await (const path of paths) {
      try {
        const row = await reader.read(path, request);
        if (row !== undefined) return row;
      } catch (error) {
        if (!isPondError(error, 'pond-damaged')) throw error;
        damage.push(error);
      }
    }
    return undefined;
  };
  const row = (await inOneOf(files.candidates(request.txn))) ?? (await inOneOf(await files.removedWith(request.txn)));
  return row === undefined ? { row, damage: damage[0] } : { row };
}
