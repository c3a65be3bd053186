import { metadataOf } from '../oplog/parseRow.ts';
import { blobPath } from './blobs.ts';
import { readCommitRecord } from './history.ts';
import { type Store } from './store.ts';
import { type StoredFiles } from './storedFiles.ts';

/** Returns the stored files of an open pond. */
export function storedFilesOf({ disk, opLog }: Pick<Store, 'disk' | 'opLog'>): StoredFiles {
  return {
    pond: opLog.id,
    get latest() {
      return opLog.tableVersion;
    },
    disk,
    isLive: (path) => opLog.hasFile(path),
    commit: (version) => readCommitRecord(opLog, version),
    async *blobsOf(path) {
      for await (const row of opLog.rowsIn(path)) {
        const isContent = row.fileType !== 'directory' && row.fileType !== 'page' && row.fileType !== 'commit';
        if (!isContent || row.content !== undefined || metadataOf(row).deleted === true) continue;
        yield { path: blobPath(row.sha256), sizeBytes: row.sizeBytes, sha256: row.sha256 };
      }
    },
  };
}
