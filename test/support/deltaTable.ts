import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { type Add, plainProtocol } from '../../server/src/delta/actions.ts';
import { commitVersion, type CommitDraft, type CommitOutcome } from '../../server/src/delta/commit.ts';
import { logDirectory } from '../../server/src/delta/log.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { makeDirectoryDurable, writeNew } from '../../server/src/storage/durable.ts';

/** The table of the tests: a number and a name. */
export const schemaString = JSON.stringify({
  type: 'struct',
  fields: [
    { name: 'id', type: 'long', nullable: true, metadata: {} },
    { name: 'name', type: 'string', nullable: true, metadata: {} },
  ],
});

/** Makes version 0 with no rows. */
export function makeTable(disk: Disk, configuration: Readonly<Record<string, string>> = {}): void {
  assert.deepEqual(createTable(disk, randomUUID(), configuration), { committed: true });
}

/** Commits version 0 of a table with that id. */
export function createTable(
  disk: Disk,
  id: string,
  configuration: Readonly<Record<string, string>> = {},
): CommitOutcome {
  makeDirectoryDurable(disk, logDirectory);
  return commitVersion(disk, commitNumber(0), {
    commitInfo: { txnId: randomUUID() },
    protocol: plainProtocol,
    metaData: {
      id,
      format: { provider: 'parquet', options: {} },
      schemaString,
      partitionColumns: [],
      configuration,
    },
  });
}

/** Writes a data file of the ids and returns the action that adds it. */
export function writeData(disk: Disk, ids: readonly number[], path = `${randomUUID()}.parquet`): Add {
  const columnData = [
    { name: 'id', data: ids.map(BigInt), type: 'INT64' as const },
    { name: 'name', data: ids.map((id) => `name ${id}`), type: 'STRING' as const },
  ];
  const bytes = new Uint8Array(parquetWriteBuffer({ columnData }));
  writeNew(disk, path, bytes);
  return addOf(path, bytes.byteLength, ids.length);
}

/** An action that adds a file, which need not be there. */
export function addOf(path: string, size = 1, rows = 1): Add {
  return { ...addWithoutStats(path, size), stats: JSON.stringify({ numRecords: rows }) };
}

export function addWithoutStats(path: string, size = 1): Add {
  return { path, partitionValues: {}, size, modificationTime: 1_700_000_000_000, dataChange: true };
}

/** Commits as the version, and fails the test when that does not succeed. */
export function commit(disk: Disk, version: number, draft: Partial<CommitDraft>): void {
  const outcome = commitVersion(disk, commitNumber(version), { commitInfo: { txnId: randomUUID() }, ...draft });
  assert.deepEqual(outcome, { committed: true });
}
