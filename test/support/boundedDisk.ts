import { type Disk, type DiskFile } from '../../server/src/storage/disk.ts';
import { joinPath } from '../../server/src/storage/diskPath.ts';
import { createFromChunks } from '../../server/src/storage/memoryDisk.ts';
import { storageError } from '../../server/src/storage/storageError.ts';

const blockBytes = 4096;

/** A disk with room for so many blocks of 4 KiB; a file takes whole ones, and an append that needs more writes a part. */
export class BoundedDisk {
  readonly disk: Disk;
  #blocksMax = Infinity;

  constructor(inner: Disk) {
    const bounded = (file: DiskFile, path: string): DiskFile => ({
      get sizeBytes() {
        return file.sizeBytes;
      },
      isInPlace: () => file.isInPlace(),
      append: (bytes) => {
        const room = (this.freeBlocks + blocksOf(file.sizeBytes)) * blockBytes - file.sizeBytes;
        if (bytes.length <= room) return file.append(bytes);
        file.append(bytes.subarray(0, Math.max(0, room)));
        throw storageError('ENOSPC', 'write', path);
      },
      truncate: (sizeBytes) => file.truncate(sizeBytes),
      sync: () => file.sync(),
      close: () => file.close(),
    });
    const disk: Disk = {
      ...inner,
      create: (path, options) => bounded(inner.create(path, options), path),
      openAppend: (path) => bounded(inner.openAppend(path), path),
      createFromStream: (path, content) => createFromChunks(disk, path, content),
    };
    this.disk = disk;
  }

  /** Blocks that are taken by files. */
  get usedBlocks(): number {
    return usedBlocks(this.disk, '');
  }

  get freeBlocks(): number {
    return Math.max(0, this.#blocksMax - this.usedBlocks);
  }

  /** Sets the room that is left. */
  leave(blocks: number): void {
    this.#blocksMax = this.usedBlocks + blocks;
  }
}

const blocksOf = (sizeBytes: number): number => Math.ceil(sizeBytes / blockBytes);

function usedBlocks(disk: Disk, directory: string): number {
  let blocks = 0;
  for (const name of disk.list(directory)) {
    const path = joinPath(directory, name);
    const { kind, sizeBytes } = disk.stat(path)!;
    blocks += kind === 'directory' ? usedBlocks(disk, path) : blocksOf(sizeBytes);
  }
  return blocks;
}
