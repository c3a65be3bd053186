import { readResources } from '../resources/readResource.ts';
import { selectResources } from '../resources/select.ts';
import { type Command } from './verb.ts';
import { type StoredRecord, recentRecords, recordedRuns } from './resourceInfo.ts';

/** Records of runs, latest first; a resource keeps its last hundred. Fails `resource-not-found`. */
export const runs: Command<'runs'> = async (pond, { names, limit = Infinity }) => {
  const records: StoredRecord[] = [];
  for (const stored of selectResources(await readResources(pond.fs), names))
    records.push(...(await recentRecords(pond, stored)));
  records.sort((a, b) => (a.record.started < b.record.started ? 1 : a.record.started > b.record.started ? -1 : 0));
  return await recordedRuns(pond, records.slice(0, limit));
};
