import { type ResourceKind } from '../../model/kind.ts';
import { type QuerySpec, querySpec } from './spec.ts';

/** Query: one SQL query over several inputs. */
export const query: ResourceKind<QuerySpec> = {
  kind: 'Query',
  icon: 'search',
  summary: 'makes one table of several inputs by a SQL query',
  doc: [
    'Each query is one series, `/Query/NAME/QUERY/result`. Its inputs are pond paths or patterns, of stored or derived files, each with a name that is a table in the query.',
    '',
    '- All files that a pattern matches are one table, with their columns matched by name.',
    '- The query reads its inputs and nothing else. It runs as in [Derive](#derive), with the same limits and the same warning for `random()` and `now()`.',
    '- An input without any file is an error: the query would not know its columns.',
    '',
    '**Parts.** Without `parts`, the query runs again whenever an input changes. With `parts: month` and `time: Timestamp`, it runs for each calendar month (UTC) that has rows, and sees only the rows of that month. New data costs the months that it concerns. A window or a total then ends at the end of its part.',
    '',
    '- The time is a number of seconds since 1970 UTC, a TIMESTAMP or a DATE.',
    '- An input without the column `time` is whole in each part: a table of stations, for example. At least one input has it.',
    '- Rows without a valid time are in no part. The notes of each run count them.',
    '- Types come from all files of an input, so the parts agree. A new column, or another type, makes all parts again.',
    '',
    '**Errors.**',
    '',
    '- `query-invalid`, `query-failed`, `query-forbidden`: at their position in the document.',
    '- `not-found`: an input has no file; `invalid-content`: a file is not a table, or no input has the column `time`.',
    '',
    '**Changing it.** Change the query and apply the document: the result is made again when it is next read, or by a run.',
  ].join('\n'),
  spec: querySpec,
  flows: ({ queries }) =>
    queries.map(({ name, inputs }, query) => ({
      writes: `${name}/result`,
      reads: inputs.map(({ pattern }, index) => ({ pattern, path: ['queries', query, 'inputs', index, 'pattern'] })),
    })),
  async derive(resource, inputs) {
    return (await import('./outputs.ts')).deriveQueries(resource, inputs);
  },
  async rowNotes(resource, inputs, materializer, job) {
    return (await import('./rowNotes.ts')).rowNotes(resource, inputs, materializer, job);
  },
  example: `apiVersion: duckpond/v1
kind: Query
name: exchange
desc: Difference of water and air temperature
spec:
  queries:
    - name: heat
      inputs:
        - name: water
          pattern: /Combine/stations/harbor/combine
        - name: air
          pattern: /Derive/weather-series/daily/*
      query: |
        SELECT "Timestamp", water."Station.Temperature.C" - air."Air.Temperature.C" AS "Station.Difference.K"
        FROM water JOIN air USING ("Timestamp")
        ORDER BY 1
      parts: month
      time: Timestamp
`,
};
