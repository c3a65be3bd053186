import { join } from 'node:path';
import { parseLocation, urlOf } from '../remote/location.ts';
import { clonePond } from '../replica/clone.ts';
import { hostPondStorage } from '../storage/hostPondStorage.ts';
import { makeProcessFolder } from '../storage/processFolder.ts';
import { exportFiles } from './export.ts';
import { commitInfo } from './info.ts';
import { allowOrigin, cloneProgress, openRemotePond } from './remotePond.ts';
import { type PondsCommand } from './verb.ts';

/**
 * Copies paths of one version of a pond at a store, or the matches of globs, to a host directory, without a pond there: the
 * history without contents is in a temporary folder meanwhile, and only the contents of the paths are fetched. Fails as
 * clonePond and exportFiles.
 */
export const cloneFiles: PondsCommand<'cloneFiles'> = async (ponds, { url, directory, at, only }, job = {}) => {
  const { signal = new AbortController().signal, progress = () => undefined } = job;
  const { env } = ponds;
  const { store, location } = await openRemotePond(parseLocation(url, env), { env, signal });
  const temporary = makeProcessFolder();
  const pond = join(temporary.path, 'pond');
  const storage = hostPondStorage(pond);
  try {
    const request = { url: urlOf(location), at, isThin: true, signal, onProgress: cloneProgress(job) };
    const { head } = await clonePond(store, storage, request);
    allowOrigin(ponds.grants, storage.disk);
    const context = { signal, progress, effects: { openDisk: storage.openDisk } };
    const exported = await ponds.reading(pond, (opened) =>
      exportFiles(opened, { pond, paths: only, directory, at: String(head.number) }, context),
    );
    return { ...exported, url: request.url, head: commitInfo(head) };
  } finally {
    store.close();
    temporary.remove();
  }
};
