import { type ResourceKind } from '../../model/kind.ts';
import { type ScribbleSpec, scribbleSpec } from './spec.ts';

/** Scribble: random entries for tests. */
export const scribble: ResourceKind<ScribbleSpec> = {
  kind: 'Scribble',
  icon: 'wand',
  summary: 'fills the pond with random entries, for tests',
  doc: [
    'Each run adds entries with random names to `/Scribble/NAME/`. Existing entries do not change.',
    '',
    '- `probs` weighs the types of entries. A folder has between `count_min` and `count_max` entries of its own; deeper folders are rarer. A run makes at most 100,000 entries.',
    '- A table has the columns `name` and `region` (texts) and `quota` (integer, 0 to 255).',
    '- A series has `Timestamp` (seconds since 1970 UTC, one row each minute) and `Scribble.Value.1` (0 to 1).',
    '- A table or series has `count_max` - `count_min` + 1 rows, at most 10,000. `data` is up to 4096 random bytes.',
    '',
    '**Errors.** `run-failed`: all of `probs` are 0.',
    '',
    '**Changing it.** Apply the document with other numbers: they apply to the entries of later runs.',
  ].join('\n'),
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
