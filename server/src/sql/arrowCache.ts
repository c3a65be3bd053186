import { type HostFile, type Pond } from '../pond/types.ts';
import { createPondCache } from '../storage/cache.ts';
import { type ResolvedFile } from './names.ts';
import { type WorkerProcess } from '../sandbox/workerClient.ts';

/**
 * The host path of a Parquet file with the content of an Arrow file, converted once per content into the user's cache.
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
  const cache = createPondCache(pond);
  const key = `arrow ${node.sha256}`;
  const found = cache.find(key);
  if (found !== undefined) return found.hostPath;
  const made = await cache.make(key, async (target) => {
    await worker.request('convertArrow', { file: content.hostPath, pondPath, target }, signal);
  });
  return made.hostPath;
}
