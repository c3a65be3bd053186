import { type CommitNumber, type CommitRange, firstCommit } from '../delta/commitNumber.ts';
import { PondError } from '../base/error.ts';
import { decodeEntries, type DirectoryEntry } from '../oplog/directoryEntry.ts';
import { metadataOf } from '../oplog/parseRow.ts';
import { type RowMetadata, type StoredRow } from '../oplog/rows.ts';
import { type FileType } from '../tinyfs/backend.ts';
import { type Store } from './store.ts';
import { type Overlay } from './overlay.ts';
import { stagedEntries } from './stagedChanges.ts';
import { type EntryRow, type HistorySources, type NodeRow } from './historyRows.ts';

/** The op log as sources for SQL: its files up to a commit and, for the working tree, the rows that are only staged. */
export function historySources(store: Store, number: CommitNumber, overlay: Overlay | undefined): HistorySources {
  const files = store.opLog.dataFiles(number);
  const rewritten = store.opLog.rewritten(number);
  const onHost = (path: string): string => store.disk.hostPath(path) ?? path;
  const parts = [
    ...files.map((path): Part => ({ path, from: firstCommit, to: number })),
    ...(rewritten?.paths ?? []).flatMap((path) => rewritten!.commits.map((commits): Part => ({ path, ...commits }))),
  ];
  const staged = overlay === undefined ? [] : stagedEntries(overlay);
  return {
    files: files.map(onHost),
    rewritten: rewritten && { files: rewritten.paths.map(onHost), commits: rewritten.commits },
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
    entries: () => committedEntries(store, parts),
  };
}

/** Rows of a data file written by commits `from` to `to`, both inclusive. */
interface Part extends CommitRange {
  readonly path: string;
}

/** Each entry of each version of each directory, as the directories' rows list them. */
async function* committedEntries(store: Store, parts: readonly Part[]): AsyncIterable<EntryRow> {
  for (const { path, ...commits } of parts) {
    for await (const row of store.opLog.directoryRows(path, commits)) {
      if (metadataOf(row).fork === true) continue;
      for (const { name, childId, type, version } of entriesOf(row, path)) {
        yield { directoryId: row.partId, name, nodeId: childId, fileType: type, version, txn: row.txn };
      }
    }
  }
}

function entriesOf(row: StoredRow, path: string): readonly (DirectoryEntry & { readonly type: FileType })[] {
  const where = (): string => `${row.nodeId} in ${path}`;
  return decodeEntries(row.content ?? new Uint8Array(), where).map((entry) => {
    if (entry.type !== 'page') return { ...entry, type: entry.type };
    throw new PondError('pond-damaged', `${where()} lists pages; expected entries`, { path });
  });
}
