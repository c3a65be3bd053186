import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Disk } from '../../server/src/storage/disk.ts';
import { joinPath } from '../../server/src/storage/diskPath.ts';
import { type DiskImage } from '../../server/src/storage/memoryDisk.ts';

/** The content of a disk, as an image for a disk in memory. */
export function imageOf(disk: Disk): DiskImage {
  const directories: string[] = [];
  const files: [string, Uint8Array][] = [];
  const visit = (directory: string): void => {
    for (const name of disk.list(directory)) {
      const path = joinPath(directory, name);
      const isDirectory = disk.stat(path)?.kind === 'directory';
      if (!isDirectory) files.push([path, disk.readFile(path)!]);
      else directories.push(path);
      if (isDirectory) visit(path);
    }
  };
  visit('');
  return { directories, files };
}

/** Writes an image into a host folder, without the flushes that a pond makes for each of its changes. */
export function writeImage({ directories, files }: DiskImage, folder: string): void {
  for (const path of directories) mkdirSync(join(folder, path), { recursive: true });
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}
