/**
 * Files of many joined versions, with their rows in few row groups: one for each version takes a hundred times as long to
 * read. They are written once into the user's cache.
 */
import { isPondError } from '../base/error.ts';
import { sha256Of } from '../base/sha256.ts';
import { type HostFile } from '../pond/hostFile.ts';
import { type WorkerProcess } from '../sandbox/workerClient.ts';
import { createUserCache } from '../storage/cache.ts';
import { type OpenDisk } from '../storage/disk.ts';

/** Increment when such files are written in another way. */
const groupsVersion = 1;

/** Minimum number of versions of a file that is written again. */
const versionsMin = 256;

interface GroupsScope {
  readonly worker: WorkerProcess;
  readonly openDisk: OpenDisk;
  readonly signal: AbortSignal | undefined;
}

/** Returns the file with the rows of a file of a series; the same for few versions, and for rows that would be other ones. */
export async function withLargeGroups(
  { worker, openDisk, signal }: GroupsScope,
  file: HostFile,
  pondPath: string,
): Promise<HostFile> {
  if (file.versions === undefined || file.versions < versionsMin) return file;
  const cache = createUserCache(openDisk);
  const key = sha256Of(`large row groups ${groupsVersion} ${file.key}`);
  const refused = sha256Of(`refused ${key}`);
  if (cache.readText(refused) !== undefined) return file;
  const write = async (target: string): Promise<void> => {
    await worker.request('convert', { format: 'joined', file: file.hostPath, pondPath, target }, signal);
  };
  try {
    const { hostPath, sizeBytes } = cache.find(key) ?? (await cache.make(key, write));
    return { ...file, hostPath, sizeBytes };
  } catch (error) {
    if (!isPondError(error, 'invalid-content')) throw error;
    cache.writeText(refused, error.message);
    return file;
  }
}
