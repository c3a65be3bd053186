import { type Disk, type DiskFile } from '../../server/src/storage/disk.ts';
import { createFromChunks } from '../../server/src/storage/memoryDisk.ts';

/** One primitive call that changed a disk. `file` numbers an open file, from 0. */
export type DiskOperation =
  | { readonly kind: 'create' | 'openAppend'; readonly path: string; readonly file: number }
  | { readonly kind: 'append'; readonly file: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly file: number; readonly sizeBytes: number }
  | { readonly kind: 'sync'; readonly file: number }
  | { readonly kind: 'makeDirectory' | 'remove' | 'syncDirectory'; readonly path: string }
  | { readonly kind: 'link' | 'rename'; readonly from: string; readonly to: string };

/**
 * `disk`, which calls `record` after every call that changed it, but for calls on an open file at one of `ignored`. A stream
 * is recorded chunk by chunk.
 */
export function createRecordingDisk(
  disk: Disk,
  record: (operation: DiskOperation) => void,
  ignored: readonly string[] = [],
): Disk {
  let files = 0;
  const open = (kind: 'create' | 'openAppend', path: string): DiskFile => {
    const inner = disk[kind](path);
    if (ignored.includes(path)) return inner;
    const file = files++;
    record({ kind, path, file });
    return recordFile(inner, file, record);
  };
  const recording: Disk = {
    ...disk,
    create: (path) => open('create', path),
    openAppend: (path) => open('openAppend', path),
    createFromStream: (path, content) => createFromChunks(recording, path, content),
    makeDirectory: (path) => {
      disk.makeDirectory(path);
      record({ kind: 'makeDirectory', path });
    },
    link: (from, to) => {
      const linked = disk.link(from, to);
      if (linked) record({ kind: 'link', from, to });
      return linked;
    },
    rename: (from, to) => {
      disk.rename(from, to);
      record({ kind: 'rename', from, to });
    },
    remove: (path) => {
      disk.remove(path);
      record({ kind: 'remove', path });
    },
    syncDirectory: (path) => {
      disk.syncDirectory(path);
      record({ kind: 'syncDirectory', path });
    },
  };
  return recording;
}

function recordFile(inner: DiskFile, file: number, record: (operation: DiskOperation) => void): DiskFile {
  return {
    get sizeBytes() {
      return inner.sizeBytes;
    },
    isInPlace: () => inner.isInPlace(),
    append: (bytes) => {
      inner.append(bytes);
      record({ kind: 'append', file, bytes: bytes.slice() });
    },
    truncate: (sizeBytes) => {
      inner.truncate(sizeBytes);
      record({ kind: 'truncate', file, sizeBytes });
    },
    sync: () => {
      inner.sync();
      record({ kind: 'sync', file });
    },
    close: () => inner.close(),
  };
}
