import { type ResourceKind } from '../../model/kind.ts';
import { type ReduceSpec, reduceSpec } from './spec.ts';

/** Reduce: aggregates series by hour, day, month and so on. */
export const reduce: ResourceKind<ReduceSpec> = {
  kind: 'Reduce',
  summary: 'downsamples series to time buckets',
  doc: [
    'Each output and resolution is a series `/Reduce/NAME/COLLECTION/OUTPUT/res=RESOLUTION`: `Timestamp`, the start of each bucket that has a row (TIMESTAMP, UTC), and `COLUMN.avg`, `COLUMN.min` and `COLUMN.max` for each column of numbers or booleans, true being 1. NULL is no value; NaN is one, greater than all others, and makes an average NaN. Rows without a time are left out. All versions of a series count, each with the columns that have numbers in it, and files of other formats are read as in a query. Inputs that get the same output name are merged, their columns prefixed by what the wildcards matched. Buckets of months and years are those of the calendar; shorter ones are counted from Monday 2000-01-03 00:00. New data cost what is new: what is made of a file is kept, and only the parts of an output that it is about are made anew.',
    'Errors: `invalid-content` for an input without `Timestamp`, or whose times are mostly beyond the year 9999, as milliseconds are when they are taken for seconds, and for a column named in `columns` that has no average, as a text; `run-failed`, at its place in the document, where two inputs of one output bring a column of the same name; `resource-invalid` for outputs whose names cannot be. Other columns without an average are left out.',
  ].join('\n\n'),
  spec: reduceSpec,
  isCharted: true,
  flows: ({ collections }) =>
    collections.map(({ name, datasets }, collection) => ({
      writes: `${name}/**`,
      reads: datasets.map(({ in_pattern: pattern }, dataset) => ({
        pattern,
        path: ['collections', collection, 'datasets', dataset, 'in_pattern'],
      })),
    })),
  async derive(resource, inputs) {
    return (await import('./outputs.ts')).deriveReduce(resource, inputs);
  },
  example: `apiVersion: duckpond/v1
kind: Reduce
name: downsampled
desc: Station readings by hour, day and month
spec:
  collections:
    - name: by_site
      resolutions: [1h, 1d, 1 month]
      datasets:
        - in_pattern: /Combine/stations/*/combine
          out_pattern: site=$0
    - name: by_param
      resolutions: [1d]
      datasets:
        - in_pattern: /Combine/stations/*/combine
          out_pattern: param=temperature
          columns:
            - Station.Temperature.C
`,
};
