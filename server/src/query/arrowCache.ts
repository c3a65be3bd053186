import { join } from 'node:path';
import { type HostFile, type Pond } from '../pond/types.ts';
import { type Disk } from '../storage/disk.ts';
import { flushFile, refusalOf, temporaryPathIn } from '../storage/durable.ts';
import { openHostDisk } from '../storage/hostDisk.ts';
import { type ResolvedFile } from './names.ts';
import { type WorkerProcess } from './workerClient.ts';

/**
 * The host path of a Parquet file with the content of an Arrow file. It is made once per content, in the pond's cache;
 * a pond that cannot be written gets it in the worker's own directory, for as long as the worker lives.
 */
export async function parquetOfArrow(
  {
    worker,
    pond,
    signal,
  }: { readonly worker: WorkerProcess; readonly pond: Pond; readonly signal: AbortSignal | undefined },
  { node, pondPath }: ResolvedFile,
  content: HostFile,
): Promise<string> {
  const name = `${node.sha256}.parquet`;
  const disks = [...(pond.mode === 'write' ? [join(pond.directory, '_pond', 'cache', 'arrow')] : []), worker.directory];
  const disk = firstWritable(disks.map(openHostDisk), name);
  const target = hostPathOf(disk, name);
  if (disk.stat(name) !== undefined) return target;
  const temporary = temporaryPathIn('');
  try {
    const conversion = { file: content.hostPath, pondPath, target: hostPathOf(disk, temporary) };
    await worker.request('convertArrow', conversion, signal);
    // Whole or not at all: a process that dies in between leaves a file that no query looks for.
    flushFile(disk, temporary);
    disk.rename(temporary, name);
    return target;
  } finally {
    disk.remove(temporary);
  }
}

/** The first disk that has the file, or that takes a new one; the last when all refuse. */
function firstWritable(disks: readonly Disk[], name: string): Disk {
  const found = disks.find((disk) => disk.stat(name) !== undefined || refusalOf(disk) === undefined) ?? disks.at(-1);
  if (found === undefined) throw new Error('no disk to choose from');
  return found;
}

function hostPathOf(disk: Disk, path: string): string {
  return disk.hostPath(path) ?? path;
}
