import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { type Add, plainProtocol } from '../../server/src/delta/actions.ts';
import { commitVersion, type CommitDraft, type CommitOutcome } from '../../server/src/delta/commit.ts';
import { logDirectory } from '../../server/src/delta/logPaths.ts';
import { type DeltaSnapshot } from '../../server/src/delta/deltaSnapshot.ts';
import { openTable } from '../../server/src/delta/snapshot.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { makeDirectoryDurable, writeNew } from '../../server/src/storage/durable.ts';

/** The table of the tests: a number and a name. */
const schemaString = JSON.stringify({
  type: 'struct',
  fields: [
    { name: 'id', type: 'long', nullable: true, metadata: {} },
    { name: 'name', type: 'string', nullable: true, metadata: {} },
  ],
});

/** Creates version 0 without rows. */
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

/** An action that adds a file, which need not exist. */
export function addOf(path: string, size = 1, rows = 1): Add {
  return { ...addWithoutStats(path, size), stats: JSON.stringify({ numRecords: rows }) };
}

export function addWithoutStats(path: string, size = 1): Add {
  return { path, partitionValues: {}, size, modificationTime: 1_700_000_000_000, dataChange: true };
}

/** Commits as the version, and fails the test if that does not succeed. */
export function commit(disk: Disk, version: number, draft: Partial<CommitDraft>): void {
  const outcome = commitVersion(disk, commitNumber(version), { commitInfo: { txnId: randomUUID() }, ...draft });
  assert.deepEqual(outcome, { committed: true });
}

/** Creates a table of some versions, each with one more file. */
export function grow(disk: Disk, versions: number): void {
  makeTable(disk);
  for (let version = 1; version < versions; version++) commit(disk, version, { adds: [addOf(`f${version}`)] });
}

/** Returns the latest snapshot of a table that exists. */
export async function openLatest(disk: Disk): Promise<DeltaSnapshot> {
  const snapshot = await openTable(disk);
  assert.ok(snapshot, 'there is no table');
  return snapshot;
}

/** Content of the table; a checkpoint does not repeat which commit added a file, nor that it changed data. */
export function contentOf(snapshot: DeltaSnapshot): object {
  const { version, protocol, metaData, files, tombstones, transactions } = snapshot;
  return {
    version,
    protocol,
    metaData,
    files: [...files.values()].map(({ path, add }) => ({ path, add: { ...add, dataChange: false } })),
    tombstones: [...tombstones.values()].map((remove) => ({ ...remove, dataChange: false })),
    transactions: [...transactions.values()],
  };
}
