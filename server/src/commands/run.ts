import { runResources } from '../resources/runner.ts';
import { type Command } from './context.ts';
import { runInfo } from './resourceInfo.ts';

/** Runs resources of the newest commit. What fails is in the record of its run. Fails `resource-not-found` before any runs. */
export const run: Command<'run'> = async ({ ponds, effects, signal, progress }, { pond: directory, names }) => {
  const pond = await ponds.get(directory, 'write');
  const request = { effects, signal, progress, ...(names === undefined ? {} : { names }) };
  return { runs: (await runResources(pond, request)).map(runInfo) };
};
