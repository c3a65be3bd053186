import { type CommitNumber, firstCommit } from '../delta/commitNumber.ts';
import { PondError } from '../base/error.ts';
import { decodeEntries, type DirectoryEntry } from '../oplog/directoryEntry.ts';
import { type RowFiles } from '../oplog/opLog.ts';
import { metadataOf, shownRow } from '../oplog/parseRow.ts';
import { type RowMetadata, type StoredRow } from '../oplog/rows.ts';
import { type FileType } from '../tinyfs/backend.ts';
import { type Store } from './store.ts';
import { type Overlay } from './overlay.ts';
import { stagedEntries } from './stagedChanges.ts';
import { type EntryRow, type HistorySources, type NodeRow } from './historyRows.ts';

/**
 * The op log as sources for SQL: its files up to a commit, verified, since DuckDB knows no hashes, and, for the working
 * tree, the rows that are only staged. Fails `pond-damaged` for a damaged file whose rows no other file holds.
 */
export async function historySources(
  store: Store,
  number: CommitNumber,
  overlay: Overlay | undefined,
): Promise<HistorySources> {
  const files = await store.opLog.verifiedRowFiles(number);
  const { own, rewritten } = files;
  const onHost = (path: string): string => store.disk.hostPath(path) ?? path;
  const staged = overlay === undefined ? [] : stagedEntries(overlay);
  return {
    files: own.map(onHost),
    rewritten: rewritten && { ...rewritten, files: rewritten.paths.map(onHost) },
    pendingNodes: staged.map(({ directoryId, node, base }): NodeRow => {
      const shown = node ?? base!;
      const metadata: RowMetadata = { name: shown.name, ...(node === null ? { deleted: true } : {}) };
      return {
        partId: directoryId,
        nodeId: shown.id,
        timestampUs: shown.modifiedUs,
        version: node === null ? shown.version + 1 : shown.version,
        fileType: shown.type,
        metadata: JSON.stringify(metadata),
        sizeBytes: node?.sizeBytes ?? 0,
        sha256: shown.sha256,
        txn: undefined,
      };
    }),
    pendingEntries: staged.flatMap(({ directoryId, name, node }): EntryRow[] =>
      node === null
        ? []
        : [{ directoryId, name, nodeId: node.id, fileType: node.type, version: node.version, txn: undefined }],
    ),
    entries: () => committedEntries(store, number, files),
  };
}

/** Each entry of each version of each directory, as the directories' rows list them. */
async function* committedEntries(
  store: Store,
  number: CommitNumber,
  { own, rewritten }: RowFiles,
): AsyncIterable<EntryRow> {
  for (const path of own) yield* entriesIn(path, store.opLog.directoryRows(path, [{ from: firstCommit, to: number }]));
  const seen = rewritten?.mayRepeat === true ? new Set<string>() : undefined;
  for (const path of rewritten?.paths ?? []) {
    yield* entriesIn(path, store.opLog.directoryRows(path, rewritten!.commits), seen);
  }
}

/** Entries that the rows of a file list; without those of rows whose keys are among `seen`, which is extended. */
async function* entriesIn(path: string, rows: AsyncIterable<StoredRow>, seen?: Set<string>): AsyncIterable<EntryRow> {
  for await (const row of rows) {
    const key = `${row.nodeId}/${row.txn}`;
    if (metadataOf(row).fork === true || seen?.has(key) === true) continue;
    seen?.add(key);
    for (const { name, childId, type, version } of entriesOf(row, path)) {
      yield { directoryId: row.partId, name, nodeId: childId, fileType: type, version, txn: row.txn };
    }
  }
}

function entriesOf(row: StoredRow, path: string): readonly (DirectoryEntry & { readonly type: FileType })[] {
  const where = (): string => `${shownRow(row)}, in ${path}`;
  return decodeEntries(row.content ?? new Uint8Array(), where).map((entry) => {
    if (entry.type !== 'page') return { ...entry, type: entry.type };
    throw new PondError('pond-damaged', `${where()} lists pages; expected entries`, { path });
  });
}
