import { type ResourceKind } from '../../model/kind.ts';
import { entryOf, type MapNode, type YamlNode } from '../../../documents/yamlNode.ts';
import { type Problem } from '../../../documents/problem.ts';
import { type NumberSchema, required } from '../../../documents/schema.ts';

const count: NumberSchema = { type: 'number', whole: true, min: 1, max: 2_147_483_647 };

/** Scribble: random entries for tests. */
export const scribble: ResourceKind = {
  kind: 'Scribble',
  summary: 'fills the pond with random entries, for tests',
  doc: [
    'Each run adds a random number of entries, with random names, to `/Scribble/NAME/`; nothing that is there changes.',
    'The type of an entry is drawn with the weights of `probs`. A folder gets entries of its own, from `count_min` to `count_max` as well; the deeper, the rarer folders get. A run makes at most 100 000 entries.',
    'A table has the columns `name` and `region` (texts) and `quota` (whole number, 0 to 255). A series has `Timestamp` (seconds since 1970 UTC, a row each minute) and `Scribble.Value.1` (0 to 1). Both have `count_max` - `count_min` + 1 rows, at most 10 000. `data` is up to 4096 bytes without a meaning.',
    'A run fails with `run-failed` when all of `probs` are 0.',
  ].join('\n\n'),
  spec: {
    type: 'object',
    check: checkCounts,
    fields: {
      count_min: required(count, 'Least number of entries of a folder, at least 1.', '5'),
      count_max: required(count, 'Greatest number of entries of a folder, more than `count_min`.', '10'),
      probs: required(
        {
          type: 'map',
          mayBeEmpty: false,
          key: {
            type: 'choice',
            label: 'a type of entry',
            ignoreCase: true,
            unknownCode: 'value-unknown',
            choices: [
              { value: 'tree', doc: 'a folder' },
              { value: 'table', doc: 'a table: its newest version is the whole' },
              { value: 'series', doc: 'a series: all its versions together are the whole' },
              { value: 'data', doc: 'a file of bytes' },
              { value: 'syntree', doc: 'a folder as well: entries that are made when asked for are not stored' },
              { value: 'symlink', doc: 'a symbolic link' },
            ],
          },
          value: { type: 'number', whole: false, min: 0, max: 1 },
        },
        'How likely each type of entry is, from 0 to 1, compared with the others.',
        '{ tree: 0.05, table: 0.4 }',
      ),
    },
  },
  run: async () => (await import('./run.ts')).runScribble,
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

function checkCounts(node: MapNode): readonly Problem[] {
  const least = entryOf(node, 'count_min')?.value;
  const greatest = entryOf(node, 'count_max')?.value;
  const from = wholeNumber(least);
  const to = wholeNumber(greatest);
  if (least === undefined || greatest === undefined || from === undefined || to === undefined || from < to) return [];
  const message = `count_max is expected to be more than count_min, got ${to} and ${from}`;
  const related = { message: 'count_min is here', range: least.range };
  return [{ code: 'number-range', severity: 'error', message, range: greatest.range, related }];
}

function wholeNumber(node: YamlNode | undefined): bigint | undefined {
  return node?.type === 'scalar' && typeof node.value === 'bigint' ? node.value : undefined;
}
