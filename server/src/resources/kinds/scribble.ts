import { type ResourceKind } from '../kind.ts';
import { entryOf, type MapNode, type Node } from '../node.ts';
import { type Problem } from '../problem.ts';
import { type NumberShape, required } from '../shape.ts';

const count: NumberShape = { type: 'number', whole: true, min: 1, max: 2_147_483_647 };

/** Scribble: random entries for tests. */
export const scribble: ResourceKind = {
  kind: 'Scribble',
  summary: 'fills the pond with random entries, for tests',
  doc: 'Each run makes a random number of entries with random names and types under `/Scribble/NAME/`.',
  spec: {
    type: 'object',
    check: checkCounts,
    fields: {
      count_min: required(count, 'Least number of entries, at least 1.', '5'),
      count_max: required(count, 'Greatest number of entries, more than `count_min`.', '10'),
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
              { value: 'syntree', doc: 'a folder whose entries are made when asked for' },
              { value: 'symlink', doc: 'a symbolic link' },
            ],
          },
          value: { type: 'number', whole: false, min: 0, max: 1 },
        },
        'How likely each type of entry is, from 0 to 1.',
        '{ tree: 0.05, table: 0.4 }',
      ),
    },
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

function wholeNumber(node: Node | undefined): bigint | undefined {
  return node?.type === 'scalar' && typeof node.value === 'bigint' ? node.value : undefined;
}
