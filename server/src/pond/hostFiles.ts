import { join } from 'node:path';
import { isPondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { removeQuietly, temporaryPathIn } from '../storage/durable.ts';
import { openHostDisk } from '../storage/hostDisk.ts';
import { userTemporaryFolder } from '../storage/userFolder.ts';
import { blobPath, inlineBytesMax } from './blobs.ts';
import { type PondNode } from './node.ts';
import { type HostFile } from './types.ts';

const cacheDirectory = '_pond/cache/inline';

/**
 * Host files with the content of each version, in order. Small content has no file of its own: it is put into the
 * pond's cache, or where that cannot be written into a temporary folder of the user; both can be emptied at any time.
 */
export async function hostFilesOf(
  disk: Disk,
  versions: readonly PondNode[],
  load: (node: PondNode) => Promise<Uint8Array>,
): Promise<readonly HostFile[]> {
  const files: HostFile[] = [];
  for (const node of versions) {
    const hostPath =
      node.sizeBytes > inlineBytesMax ? disk.hostPath(blobPath(node.sha256)) : await cached(disk, node, load);
    if (hostPath !== undefined) files.push({ hostPath, sizeBytes: node.sizeBytes, key: node.sha256 });
  }
  return files;
}

async function cached(
  disk: Disk,
  node: PondNode,
  load: (node: PondNode) => Promise<Uint8Array>,
): Promise<string | undefined> {
  const path = `${cacheDirectory}/${node.sha256.slice(0, 2)}/${node.sha256}`;
  const stat = disk.stat(path);
  if (stat?.sizeBytes === node.sizeBytes) return disk.hostPath(path);
  const bytes = await load(node);
  try {
    return place(disk, path, bytes);
  } catch (error) {
    // Whatever keeps the cache from being written is no reason to refuse what was read. (Node tells of a missing folder
    // where a disk is read-only.)
    if (!isPondError(error)) throw error;
    return place(openHostDisk(join(userTemporaryFolder(), 'cache')), path, bytes);
  }
}

/** Whole or not at all, but not flushed: what a failure of the machine takes from a cache is made again. */
function place(disk: Disk, path: string, bytes: Uint8Array): string | undefined {
  const directory = path.slice(0, path.lastIndexOf('/'));
  const temporary = temporaryPathIn(directory);
  disk.makeDirectory(directory);
  try {
    const file = disk.create(temporary);
    try {
      file.append(bytes);
    } finally {
      file.close();
    }
    disk.rename(temporary, path);
  } catch (error) {
    removeQuietly(disk, temporary);
    throw error;
  }
  return disk.hostPath(path);
}
