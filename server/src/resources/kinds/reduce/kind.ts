import { type ResourceKind } from '../../model/kind.ts';
import { type ReduceSpec, reduceSpec } from './spec.ts';

/** Reduce: aggregates series by hour, day, month and so on. */
export const reduce: ResourceKind<ReduceSpec> = {
  kind: 'Reduce',
  icon: 'filter',
  summary: 'downsamples series to time buckets',
  doc: [
    'Each output and resolution is a series `/Reduce/NAME/COLLECTION/OUTPUT/res=RESOLUTION`. It has a row for each bucket with data: `Timestamp`, the start of the bucket (TIMESTAMP, UTC), and for each column of numbers or booleans a column for each of its statistics, such as `COLUMN.avg`, `COLUMN.min` and `COLUMN.max`.',
    '',
    '- A boolean counts as 1 or 0. NULL is ignored. NaN is greater than all other values, and makes the mean NaN.',
    '- Rows without a time are skipped, and so are columns of other types. The notes of each run count the skipped rows, and the buckets with a value that is not finite.',
    '- All versions of a series count, each with the columns that have numbers in it. Files of other formats are read as in a query.',
    '- Inputs with the same output name are merged; the captures of the wildcards become a prefix of their columns.',
    '- Buckets of months and years are calendar months and years. Shorter buckets are counted from Monday 2000-01-03 00:00.',
    '- New data costs what is new: only the parts of an output that it concerns are built again.',
    '',
    '**Statistics.** The same from any finer buckets as from all rows:',
    '',
    '- `avg`, `min`, `max`, `count`, `sum`. A sum of integers or decimals is exact. The last digit of a sum or mean of doubles depends on the order of additions, which is that of the files and their rows.',
    '- `first`, `last`: the value at the earliest and at the latest time. Of rows with the same time, `first` is the least and `last` the greatest value.',
    '- `median`, and percentiles: `p` with the digits after the decimal point, so `p05` is 0.05, `p95` is 0.95 and `p999` is 0.999. They are exact, with linear interpolation between two values; the cache keeps all values for them.',
    '- `circular`: the mean direction of angles in degrees, such as wind directions, from 0 to 360. NULL where they cancel out.',
    '- `rate`: for counters. The increase from the first to the last reading in the bucket, divided by the seconds between them. A reading lower than the one before it is a reset, and counts from 0. NULL for a single reading. The cache keeps all readings.',
    '',
    'For example, `rules: [{ columns: ["*.Rain.mm"], statistics: [sum] }, { columns: ["*.WindDir.deg"], statistics: [circular] }]` in a dataset.',
    '',
    '**Coverage.** With `coverage: 0.75` and `step: 10m`, an hour needs values at 75 % of its 6 steps, rounded up: 5. With fewer, its statistics are NULL, and only `count` is as it is. A month counts its own days. The notes of each run count these buckets.',
    '',
    '**Errors.**',
    '',
    '- `invalid-content`: an input has no `Timestamp`, or mostly times after the year 9999, which happens if milliseconds are read as seconds.',
    '- `invalid-content`: a column whose full name is in `columns` has no mean, for example a text. Columns that only match a pattern there are skipped.',
    '- `run-failed`: two inputs of one output have a column of the same name; at its position in the document.',
    '- `resource-invalid`: an output name is invalid.',
    '',
    '**Changing it.** Add a duration to `resolutions`, or a dataset, and apply the document: the new outputs appear at once, and the others do not change.',
  ].join('\n'),
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
  async rowNotes(resource, inputs, materializer, job) {
    return (await import('./countRows.ts')).rowNotes(resource, inputs, materializer, job);
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
