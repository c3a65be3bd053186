import { readResources } from '../resources/readResource.ts';
import { selectResources } from '../resources/select.ts';
import { type Command } from './verb.ts';
import { type KeptRecord, keptRecords, keptRunInfos } from './resourceInfo.ts';

/** Records of runs, latest first; a resource keeps its last hundred. Fails `resource-not-found`. */
export const runs: Command<'runs'> = async (pond, { names, limit = Infinity }) => {
  const kept: KeptRecord[] = [];
  for (const home of selectResources(await readResources(pond.fs), names))
    kept.push(...(await keptRecords(pond, home)));
  kept.sort((a, b) => (a.record.started < b.record.started ? 1 : a.record.started > b.record.started ? -1 : 0));
  return await keptRunInfos(pond, kept.slice(0, limit));
};
