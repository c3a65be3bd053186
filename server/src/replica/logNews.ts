import { commitFile } from '../delta/logPaths.ts';
import { type ObjectStore, type RequestOptions } from '../remote/objectStore.ts';
import { type Disk } from '../storage/disk.ts';
import { RemoteLogListing, latestEntry } from './logListing.ts';

/** True when a disk has the log of a pond. */
export function hasLog(disk: Disk): boolean {
  return latestEntry(disk) !== undefined;
}

/**
 * True when the log of a store is another than that of a copy on a disk: it has more entries, or does not have our latest
 * one. One request, for any age of the pond.
 */
export async function hasNews(store: ObjectStore, disk: Disk, options: RequestOptions): Promise<boolean> {
  const latest = latestEntry(disk);
  if (latest === undefined) return true;
  let isSeen = false;
  for await (const { number, sizeBytes } of new RemoteLogListing(store, options).entries(latest)) {
    isSeen = number === latest && sizeBytes === disk.stat(commitFile(latest))?.sizeBytes;
    if (!isSeen) return true;
  }
  return !isSeen;
}
