/** Copies of a pond from which its damaged files are restored. They may come from anybody, so only hashes are believed. */
import { type Disk } from '../storage/disk.ts';
import { type ExpectedFile } from './findings.ts';

/** A copy of a pond, or of some of its files at their paths. */
export interface PondCopy {
  /** Host directory or address, as people name it. */
  readonly directory: string;
  /** Returns a small file; undefined when it is missing, or has more than some bytes. */
  read(path: string, sizeBytesMax: number): Promise<Uint8Array | undefined>;
  /** Returns the content of a file, which the caller compares with its hash; undefined when it is missing. */
  content(file: ExpectedFile): Promise<AsyncIterable<Uint8Array> | undefined>;
}

/** A copy that holds a connection until it is closed. */
export interface OpenCopy extends PondCopy {
  close(): void;
}

/** Returns the copy on a disk. */
export function copyOnDisk(directory: string, disk: Disk): PondCopy {
  return {
    directory,
    read(path, sizeBytesMax) {
      const isRead = (disk.stat(path)?.sizeBytes ?? 0) <= sizeBytesMax;
      return Promise.resolve(isRead ? disk.readFile(path) : undefined);
    },
    content: ({ path }) => Promise.resolve(disk.stat(path) && disk.readStream(path)),
  };
}
