import { type Disk } from '../../server/src/storage/disk.ts';

/** Reads from a disk since the last reset. */
export interface ReadCounts {
  readonly calls: number;
  readonly bytes: number;
}

/** A disk that counts its reads. */
export function createCountingDisk(disk: Disk): { readonly disk: Disk; readonly take: () => ReadCounts } {
  let [calls, bytes] = [0, 0];
  const counted = <T>(result: T, sizeBytes: number): T => {
    calls += 1;
    bytes += sizeBytes;
    return result;
  };
  const counting: Disk = {
    ...disk,
    readFile: (path) => {
      const content = disk.readFile(path);
      return counted(content, content?.length ?? 0);
    },
    readRange: (path, start, end) => {
      const content = disk.readRange(path, start, end);
      return counted(content, content?.length ?? 0);
    },
    stat: (path) => counted(disk.stat(path), 0),
    list: (path) => {
      const names = disk.list(path);
      return counted(names, names.join('').length);
    },
  };
  return {
    disk: counting,
    /** Returns the counts and resets them. */
    take: () => {
      const counts = { calls, bytes };
      [calls, bytes] = [0, 0];
      return counts;
    },
  };
}
