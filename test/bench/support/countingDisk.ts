import { type Disk, type DiskFile } from '../../../server/src/storage/disk.ts';

/** Calls to a disk. */
export interface DiskCounts {
  calls: number;
  /** Flushes of files and directories. */
  flushes: number;
  bytesRead: number;
  bytesWritten: number;
}

/** `disk`, and its calls since `reset`: these do not depend on the machine or its load. */
export interface CountingDisk {
  readonly disk: Disk;
  readonly counts: DiskCounts;
  reset(): void;
}

/** Returns a disk that counts, from zero. Streams count their bytes too. */
export function createCountingDisk(inner: Disk): CountingDisk {
  const counts: DiskCounts = { calls: 0, flushes: 0, bytesRead: 0, bytesWritten: 0 };
  const called = <A extends readonly unknown[], R>(call: (...args: A) => R) => {
    return (...args: A): R => {
      counts.calls++;
      return call(...args);
    };
  };
  const reading = <A extends readonly unknown[]>(call: (...args: A) => Uint8Array | undefined) => {
    return called((...args: A) => {
      const bytes = call(...args);
      counts.bytesRead += bytes?.length ?? 0;
      return bytes;
    });
  };
  const streaming = (open: Disk['readStream']): Disk['readStream'] =>
    called((path, start, end) => {
      const stream = open(path, start, end);
      return stream && counted(stream, (bytes) => (counts.bytesRead += bytes));
    });
  const opening = (call: (path: string) => DiskFile) => called((path: string) => countFile(call(path)));

  function countFile(file: DiskFile): DiskFile {
    return {
      get sizeBytes() {
        return file.sizeBytes;
      },
      isInPlace: called(() => file.isInPlace()),
      append: called((bytes: Uint8Array) => {
        counts.bytesWritten += bytes.length;
        file.append(bytes);
      }),
      truncate: called((sizeBytes: number) => file.truncate(sizeBytes)),
      sync: called(() => {
        counts.flushes++;
        file.sync();
      }),
      close: called(() => file.close()),
    };
  }

  async function* counted(stream: AsyncIterable<Uint8Array>, add: (bytes: number) => void): AsyncIterable<Uint8Array> {
    for await (const chunk of stream) {
      add(chunk.length);
      yield chunk;
    }
  }

  const disk: Disk = {
    hostPath: (path) => inner.hostPath(path),
    readFile: reading(inner.readFile),
    readRange: reading(inner.readRange),
    stat: called(inner.stat),
    list: called(inner.list),
    makeDirectory: called(inner.makeDirectory),
    create: opening(inner.create),
    openAppend: opening(inner.openAppend),
    link: called(inner.link),
    rename: called(inner.rename),
    remove: called(inner.remove),
    syncDirectory: called((path) => {
      counts.flushes++;
      inner.syncDirectory(path);
    }),
    readStream: streaming(inner.readStream),
    scanStream: streaming(inner.scanStream),
    createFromStream: called((path: string, content: AsyncIterable<Uint8Array>) =>
      inner.createFromStream(
        path,
        counted(content, (bytes) => (counts.bytesWritten += bytes)),
      ),
    ),
  };
  return {
    disk,
    counts,
    reset: () => void Object.assign(counts, { calls: 0, flushes: 0, bytesRead: 0, bytesWritten: 0 }),
  };
}
