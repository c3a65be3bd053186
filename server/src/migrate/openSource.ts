/** Finds out which system wrote a source, and reads its history. */
import { join } from 'node:path';
import { PondError } from '../base/error.ts';
import { type Job } from '../base/job.ts';
import { type Disk } from '../storage/disk.ts';
import { hostPondStorage } from '../storage/pondStorage.ts';
import { isPocPond, readPocPond } from './pocPond.ts';
import { pocSource } from './pocSource.ts';
import { type SourceHistory } from './source.ts';

/** Returns the history of the source at a host directory, checked. Fails `not-found`, and as the disk. */
export async function openSource(directory: string, job: Job): Promise<SourceHistory> {
  for (const folder of [directory, join(directory, '.pond')]) {
    const { disk } = hostPondStorage(folder);
    const source = await sourceOn(disk, job);
    if (source !== undefined) return source;
  }
  throw new PondError('not-found', `${directory} is not a pond of an older system`, {
    path: directory,
    hint: 'Name the folder with dir.1.parquet (2025).',
  });
}

async function sourceOn(disk: Disk, job: Job): Promise<SourceHistory | undefined> {
  if (isPocPond(disk)) return await pocSource(await readPocPond(disk, job), 'DuckPond 2025', job);
  return undefined;
}
