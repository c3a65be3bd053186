import { type BackupListInfo } from '../protocol/backups.ts';
import { parseLocation } from '../remote/location.ts';
import { openObjectStore } from '../remote/openStore.ts';
import { copiesIn } from '../replica/listPonds.ts';
import { type PondsCommand } from './verb.ts';

/** Lists the copies of ponds at the URL of a store. Fails `usage`, and as the store. */
export const backupList: PondsCommand<'backupList'> = async ({ env }, { url }, { signal } = {}) => {
  const store = await openObjectStore(parseLocation(url, env));
  try {
    const all: BackupListInfo[] = [];
    for await (const { id, created, by, layout, latest } of copiesIn(store, signal)) {
      all.push({ pond: id, created, by, layout, commit: latest?.commit ?? null, time: latest?.time ?? null });
    }
    return all;
  } finally {
    store.close();
  }
};
