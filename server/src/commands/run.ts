import { displayPaths } from '../resources/displayPath.ts';
import { runResources } from '../resources/runs/runner.ts';
import { type Command } from './verb.ts';
import { runInfo } from './resourceInfo.ts';
import { stagedError } from './stagedOnly.ts';

/**
 * Runs resources of the latest commit. Failures are in the records of the runs. Fails `resource-not-found` before the
 * first run.
 */
export const run: Command<'run'> = async (pond, { names }, { effects, signal, progress }) => {
  const request = { effects, signal, progress, ...(names === undefined ? {} : { names }) };
  try {
    const results = await runResources(pond, request);
    const names = displayPaths([await pond.at('HEAD'), pond.fs]);
    return { runs: await Promise.all(results.map((result) => runInfo(result, names))) };
  } catch (error) {
    throw await stagedError(error, pond, { names });
  }
};
