import { isPondError } from '../base/error.ts';
import { displayPaths } from '../resources/displayPath.ts';
import { readResources } from '../resources/readResource.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { runResources } from '../resources/runs/runner.ts';
import { selectResources } from '../resources/select.ts';
import { type Command } from './verb.ts';
import { runInfo } from './resourceInfo.ts';

/**
 * Runs resources of the latest commit. Failures are in the records of the runs. Fails `resource-not-found` before the
 * first run.
 */
export const run: Command<'run'> = async (pond, { names, isRepeated = false }, { effects, signal, progress }) => {
  const request = { effects, signal, progress, isRepeated, ...(names === undefined ? {} : { names }) };
  try {
    const results = await runResources(pond, request);
    const names = displayPaths([await pond.at('HEAD'), pond.fs]);
    return { runs: await Promise.all(results.map((result) => runInfo(result, names))) };
  } catch (error) {
    if (!isPondError(error, 'resource-not-found') || !(await areStaged(pond, names))) throw error;
    const hint = 'It is staged; a commit makes it live.';
    throw error.with({ message: `${error.message} in the latest commit`, hint });
  }
};

/** True when the working tree has all named resources. */
async function areStaged(pond: ResourcePond, names: readonly string[] | undefined): Promise<boolean> {
  const staged = await readResources(pond.fs);
  try {
    return selectResources(staged, names).length > 0;
  } catch (error) {
    if (isPondError(error, 'resource-not-found')) return false;
    throw error;
  }
}
