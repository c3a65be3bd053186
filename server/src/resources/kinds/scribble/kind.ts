import { type ResourceKind } from '../../model/kind.ts';
import { type ScribbleSpec, scribbleSpec } from './spec.ts';

/** Scribble: random entries for tests. */
export const scribble: ResourceKind<ScribbleSpec> = {
  kind: 'Scribble',
  summary: 'fills the pond with random entries, for tests',
  doc: [
    'Each run adds a random number of entries, with random names, to `/Scribble/NAME/`; nothing that is there changes.',
    'The type of an entry is drawn with the weights of `probs`. A folder gets entries of its own, from `count_min` to `count_max` as well; the deeper, the rarer folders get. A run makes at most 100 000 entries.',
    'A table has the columns `name` and `region` (texts) and `quota` (whole number, 0 to 255). A series has `Timestamp` (seconds since 1970 UTC, a row each minute) and `Scribble.Value.1` (0 to 1). Both have `count_max` - `count_min` + 1 rows, at most 10 000. `data` is up to 4096 bytes without a meaning.',
    'A run fails with `run-failed` when all of `probs` are 0.',
  ].join('\n\n'),
  spec: scribbleSpec,
  async run(context) {
    return await (await import('./run.ts')).runScribble(context);
  },
  flows: () => [{ writes: '**', reads: [] }],
  example: `apiVersion: duckpond/v1
kind: Scribble
name: scribbles
desc: Random entries to try things on
spec:
  count_min: 5
  count_max: 10
  probs:
    tree: 0.05
    table: 0.4
`,
};
