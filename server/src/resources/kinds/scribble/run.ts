import { type RunContext } from '../../model/kind.ts';
import { type RunOutcome } from '../../model/runState.ts';
import { type ScribbleSpec } from './spec.ts';
import { scribbleTree } from './tree.ts';

/** Runs a Scribble: each run adds to the existing entries. */
export async function runScribble(context: RunContext<ScribbleSpec>): Promise<RunOutcome> {
  const { resource, signal, progress } = context;
  const { count_min: countMin, count_max: countMax, probs } = resource.spec;
  const { files, rows, bytes } = await scribbleTree(await context.home(), {
    countMin,
    countMax,
    probs: Object.fromEntries(probs),
    signal,
    progress: (made) => progress('entries', made),
  });
  return { files, rows, bytes, notes: [] };
}
