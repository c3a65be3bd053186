import { decodeEntries } from '../oplog/directoryEntry.ts';
import { metadataOf, type RowMetadata } from '../oplog/rows.ts';
import { type Store } from './store.ts';
import { type Overlay } from './overlay.ts';
import { stagedEntries } from './stagedChanges.ts';
import { type EntryRow, type HistorySources, type NodeRow } from './types.ts';

/**
 * The op log as sources for SQL: its files up to a commit, and, for the working tree, the rows that are only staged.
 */
export function historySources(store: Store, number: number, overlay: Overlay | undefined): HistorySources {
  const files = store.opLog.dataFiles(number);
  const staged = overlay === undefined ? [] : stagedEntries(overlay);
  return {
    files: files.map((path) => store.disk.hostPath(path) ?? path),
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
    entries: () => committedEntries(store, files, number),
  };
}

/** Each entry of each version of each directory, as the directories' rows list them. */
async function* committedEntries(store: Store, files: readonly string[], number: number): AsyncIterable<EntryRow> {
  for (const file of files) {
    for await (const row of store.opLog.directoryRows(file)) {
      const isFork = metadataOf(row).fork === true;
      if (isFork || row.txn > number) continue;
      for (const entry of decodeEntries(row.content ?? new Uint8Array(), () => `${row.nodeId} in ${file}`)) {
        yield {
          directoryId: row.partId,
          name: entry.name,
          nodeId: entry.childId,
          fileType: entry.type as EntryRow['fileType'],
          version: entry.version,
          txn: row.txn,
        };
      }
    }
  }
}
