import { join } from 'node:path';
import { sha256Of } from '../base/sha256.ts';
import { isPondError, PondError } from '../base/error.ts';
import { contentProblem, isUnknownContent, noteWritten } from '../storage/contentCheck.ts';
import { type Disk } from '../storage/disk.ts';
import { removeQuietly, temporaryPathIn } from '../storage/durable.ts';
import { type PondStorage } from '../storage/pondStorage.ts';
import { userTemporaryFolder } from '../storage/userFolder.ts';
import { blobPath, inlineBytesMax } from './blobs.ts';
import { absentBlobs, fetchBlobs } from './largeContents.ts';
import { type PondNode } from './node.ts';
import { type HostFile, type HostFilesJob } from './hostFile.ts';

/** Size of a file that is read while it is compared, bytes: a smaller one is compared before the reading has begun. */
const aheadBytesMin = 4 * 1024 * 1024;

const cacheDirectory = '_pond/cache/inline';

/**
 * Host files with the content of each version, in order, each verified against its hash. Small content has no file of
 * its own: it is written to the pond's cache or, if that is not writable, to a temporary folder of the user; both can
 * be emptied at any time. Fails `pond-damaged` when content is missing or is not what was stored: engines that open
 * these files do not verify them and would return fewer or wrong rows. Fails `cancelled` by the job's signal, and as
 * BlobOrigin.fetch for content that is absent.
 */
export async function hostFilesOf(
  storage: PondStorage,
  versions: readonly PondNode[],
  load: (node: PondNode) => Promise<Uint8Array>,
  job: HostFilesJob = {},
): Promise<readonly HostFile[]> {
  const { signal } = job;
  const absent = absentBlobs(storage, versions);
  if (storage.origin !== undefined && absent.length > 0) await fetchBlobs(storage.origin, absent, job);
  const files: HostFile[] = [];
  for (const node of versions) {
    const hostPath =
      node.sizeBytes > inlineBytesMax ? await blob(storage.disk, node, job) : await cached(storage, node, load, signal);
    if (hostPath !== undefined) files.push({ hostPath, sizeBytes: node.sizeBytes, key: node.sha256 });
  }
  return files;
}

async function blob(disk: Disk, node: PondNode, job: HostFilesJob): Promise<string | undefined> {
  const hostPath = disk.hostPath(blobPath(node.sha256));
  if (hostPath === undefined) return undefined;
  const { readAhead } = job;
  const { sizeBytes, sha256: key } = node;
  const isAhead = readAhead !== undefined && sizeBytes >= aheadBytesMin && isUnknownContent(hostPath, node);
  const compared = requireContent(hostPath, node, job.signal);
  if (isAhead) await Promise.allSettled([readAhead({ hostPath, sizeBytes, key }, compared), compared]);
  await compared;
  return hostPath;
}

async function requireContent(hostPath: string, node: PondNode, signal: AbortSignal | undefined): Promise<void> {
  const problem = await contentProblem(hostPath, node, signal);
  if (problem === undefined) return;
  throw new PondError('pond-damaged', `the content of ${node.name}, version ${node.version}, is damaged: ${problem}`, {
    path: blobPath(node.sha256),
  });
}

async function cached(
  { disk, openDisk }: PondStorage,
  node: PondNode,
  load: (node: PondNode) => Promise<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const path = `${cacheDirectory}/${node.sha256.slice(0, 2)}/${node.sha256}`;
  const known = disk.hostPath(path);
  // A cached file with other content is replaced.
  if (known !== undefined && (await contentProblem(known, node, signal)) === undefined) return known;
  const bytes = await load(node);
  if (sha256Of(bytes) !== node.sha256) {
    const what = `the content of ${node.name}, version ${node.version}, is not what its directory lists`;
    throw new PondError('pond-damaged', what, { path: node.name });
  }
  const hostPath = writeSomewhere({ disk, openDisk }, path, bytes);
  if (hostPath !== undefined) noteWritten(hostPath, node);
  return hostPath;
}

function writeSomewhere(
  { disk, openDisk }: Pick<PondStorage, 'disk' | 'openDisk'>,
  path: string,
  bytes: Uint8Array,
): string | undefined {
  try {
    return writeFile(disk, path, bytes);
  } catch (error) {
    // An unwritable cache is no reason to refuse content that was read. (Node reports a missing folder on a read-only
    // disk.)
    if (!isPondError(error)) throw error;
    return writeFile(openDisk(join(userTemporaryFolder(), 'cache')), path, bytes);
  }
}

/** Writes atomically but without a flush: cache files lost in a machine failure are rebuilt. */
function writeFile(disk: Disk, path: string, bytes: Uint8Array): string | undefined {
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
