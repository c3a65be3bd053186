/** Writes what a commit adds to the table: its data file, and the entry of the log that names the file. */
import { randomUUID } from 'node:crypto';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { isPondError } from '../base/error.ts';
import { lazyAsync } from '../base/lazy.ts';
import { type Add, type CommitActions, plainProtocol } from '../delta/actions.ts';
import { commitVersion, type CommitDraft, type CommitOutcome } from '../delta/commit.ts';
import { sha256Tag } from '../delta/log.ts';
import { type Disk } from '../storage/disk.ts';
import { removeQuietly } from '../storage/durable.ts';
import { appId, rangeTag, tableConfiguration } from './pondTable.ts';
import { deltaSchema, type OpRow } from './rows.ts';
import { type AppendRequest, type Appending } from './opLog.ts';

/** Facts of a commit that its entry repeats. */
interface EntryFacts extends Pick<AppendRequest, 'id' | 'operation' | 'timeMs'>, Pick<Appending, 'record'> {
  readonly number: CommitNumber;
}

/** Returns the entry of a commit. */
export function entryOf({ id, operation, timeMs, number, record }: EntryFacts, add: Add): CommitDraft & CommitActions {
  return {
    commitInfo: {
      timestamp: timeMs,
      operation,
      operationParameters: {},
      isBlindAppend: false,
      engineInfo: 'duckpond',
      txnId: id,
      pond: record,
    },
    txns: [{ appId, version: number, lastUpdated: timeMs }],
    removes: [],
    adds: [add],
  };
}

/** Returns the description of the table, which the entry of the first commit also has. */
export function tableOf(id: string, timeMs: number): Pick<Required<CommitActions>, 'protocol' | 'metaData'> {
  return {
    protocol: plainProtocol,
    metaData: {
      id,
      name: 'pond',
      format: { provider: 'parquet', options: {} },
      schemaString: deltaSchema,
      partitionColumns: [],
      configuration: tableConfiguration,
      createdTime: timeMs,
    },
  };
}

/** Loaded on the first write: readers start faster. Calling the loader at each commit would cost more. */
const dataFileWriter = lazyAsync(() => import('./dataFile.ts'));

/**
 * Writes the data file of a commit and makes its name durable. Returns the action that adds it. A failure leaves no file.
 */
export async function writeData(
  disk: Disk,
  rows: readonly OpRow[],
  number: CommitNumber,
  timeMs: number,
): Promise<Add> {
  const path = `${randomUUID()}.parquet`;
  const { writeDataFile } = await dataFileWriter();
  const { sizeBytes, numRecords, sha256 } = await writeDataFile(disk, path, rows, number);
  try {
    // The file's name must be durable before the log refers to it.
    disk.syncDirectory('');
  } catch (error) {
    removeQuietly(disk, path);
    throw error;
  }
  return {
    path,
    partitionValues: {},
    size: sizeBytes,
    modificationTime: timeMs,
    dataChange: true,
    stats: JSON.stringify({ numRecords }),
    tags: { [rangeTag]: `${number}-${number}`, [sha256Tag]: sha256 },
  };
}

/**
 * Like commitVersion; when the commit certainly did not happen, removes the data file that was written for it, which
 * would keep a full disk full. Other files that it adds are those of earlier commits, and stay.
 */
export function publish(disk: Disk, number: CommitNumber, actions: CommitDraft, written: Add): CommitOutcome {
  try {
    return commitVersion(disk, number, actions);
  } catch (error) {
    if (!isPondError(error, 'commit-unknown')) removeQuietly(disk, written.path);
    throw error;
  }
}
