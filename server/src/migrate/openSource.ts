/** Finds out which system wrote a source, and reads its history. */
import { isUrl } from '../base/url.ts';
import { join } from 'node:path';
import { PondError } from '../base/error.ts';
import { type Job } from '../base/job.ts';
import { parseLocation, type RemoteLocation } from '../remote/location.ts';
import { openObjectStore } from '../remote/openStore.ts';
import { hostPondStorage } from '../storage/hostPondStorage.ts';
import { findPocBackup, readPocBackup } from './pocBucket.ts';
import { isPocPond, readPocPond } from './pocPond.ts';
import { pocSource } from './pocSource.ts';
import { type SourceHistory, type SourceOptions } from './source.ts';
import { watertownSource } from './watertownSource.ts';
import { dataDirectory, isWatertownPond } from './watertownTable.ts';

/**
 * Returns the history of the source at a host directory or URL, checked. Fails `not-found` when no known system wrote it,
 * and as the disk or store.
 */
export async function openSource(source: string, job: Job, options: SourceOptions = {}): Promise<SourceHistory> {
  const location: RemoteLocation = isUrl(source)
    ? parseLocation(source, (name) => process.env[name])
    : { kind: 'folder', folder: source, prefix: '' };
  const found =
    (location.kind === 'folder' ? await pondIn(location.folder, job, options) : undefined) ??
    (await backupIn(location, job));
  if (found !== undefined) return found;
  throw new PondError('not-found', `no pond of an older system is at ${source}`, {
    path: source,
    hint: 'Name the folder with dir.1.parquet (2025), with data/_delta_log (Watertown), or with POND (a backup of 2025).',
  });
}

async function pondIn(directory: string, job: Job, options: SourceOptions): Promise<SourceHistory | undefined> {
  for (const folder of [directory, join(directory, '.pond')]) {
    const { disk } = hostPondStorage(folder);
    if (isWatertownPond(disk)) {
      return await watertownSource(hostPondStorage(join(folder, dataDirectory)).disk, job, options);
    }
    if (isPocPond(disk)) return await pocSource(await readPocPond(disk, job), { system: 'DuckPond 2025' }, job);
  }
  return undefined;
}

async function backupIn(location: RemoteLocation, job: Job): Promise<SourceHistory | undefined> {
  if (location.kind === 'folder' && hostPondStorage(location.folder).disk.stat('') === undefined) return undefined;
  const store = await openObjectStore(location);
  const close = (): void => store.close();
  try {
    const folder = await findPocBackup(store, job);
    if (folder !== undefined) {
      return await pocSource(await readPocBackup(store, folder, job), { system: 'DuckPond 2025 backup', close }, job);
    }
    close();
    return undefined;
  } catch (error) {
    close();
    throw error;
  }
}
