import { type ResourceKind } from '../../model/kind.ts';
import { type CombineSpec, combineSpec } from './spec.ts';

/** Combine: joins several series by time. */
export const combine: ResourceKind<CombineSpec> = {
  kind: 'Combine',
  icon: 'combine',
  summary: 'joins several series by time into one wide series',
  doc: [
    'Each scope is one series, `/Combine/NAME/SCOPE/combine`.',
    '',
    '- The files that one pattern matches follow each other in time, for example when an instrument is replaced.',
    '- The patterns of a scope are joined by `Timestamp`. No row is dropped: every time that any input has is a row, with NULL where an input has no value.',
    '- A pattern without a match adds nothing. A scope without any match has the column `Timestamp` and no rows.',
    '',
    '**Columns.** The result has `Timestamp`, then the value columns in the byte order of their names, or in the order of `columns`. Names and units do not change. Rows are in the order of time, one for each time.',
    '',
    'If several inputs have a value for the same time and column, the first series in the document takes precedence; within a series the last file in path order, or the last version; within a file the last row. NULL never takes precedence.',
    '',
    '**Nothing is lost unseen.** The notes of each run say for each pattern how many rows were merged into another row of the same time, and how many were left out: without a valid time, or not between `begin` and `end`. They also count values in whose place an earlier pattern has one. A clock that is set back in autumn, for example, repeats an hour: its rows are merged, and counted.',
    '',
    '**Types.**',
    '',
    '- `Timestamp` is a BIGINT (whole seconds since 1970 UTC) if all inputs have integers, a DOUBLE if all have numbers, otherwise a TIMESTAMP in UTC.',
    '- Rows without a time are skipped, and so are invalid times: NaN, infinity, and more than 288,000 years from now.',
    '- A column with several types of numbers gets a type that holds all of them; DOUBLE if any other type would lose digits.',
    '- A text file that is empty, or has no value in a column, does not affect the type.',
    '',
    '**Parts.** The series is stored in the cache in calendar parts, from decades down to days as the number of rows grows. New data, even late data, rebuilds only the parts of its own time; a new column, or another type, rebuilds all of them.',
    '',
    '**Errors.**',
    '',
    '- `run-failed`: no input has a column of `columns`; at its position in the document.',
    '- `invalid-content`: an input has no `Timestamp`, or one of another type, or mostly times after the year 9999, which happens if milliseconds are read as seconds.',
    '- `invalid-content`: a column is text in one input and a number in another, differs only in case from another column, or has lists or structures.',
    '- `invalid-content`: a value would not be exact in the type of `cast`, or `rename` gives two columns one name.',
    '',
    '`rename` and `cast` resolve most of these; a Derive resource resolves all.',
    '',
    '**A device that is replaced.** Give the old pattern an `end` and the new one the same time as its `begin`: each counts only in its time, even where both have rows. `rename` gives the new device the columns of the old one. The notes of each run count the rows out of this time.',
    '',
    '**Changing it.** Add a pattern to `series`, or a name to `columns`, and apply the document: the series is built again when it is next read, or by a run.',
  ].join('\n'),
  spec: combineSpec,
  flows: ({ scopes }) =>
    scopes.map(({ name, series }, scope) => ({
      writes: `${name}/combine`,
      reads: series.map(({ pattern }, index) => ({ pattern, path: ['scopes', scope, 'series', index, 'pattern'] })),
    })),
  async derive(resource, inputs) {
    return (await import('./outputs.ts')).deriveOutputs(resource, inputs);
  },
  async rowNotes(resource, inputs, materializer, job) {
    return (await import('./countRows.ts')).rowNotes(resource, inputs, materializer, job);
  },
  example: `apiVersion: duckpond/v1
kind: Combine
name: stations
desc: All instruments of a station side by side
spec:
  scopes:
    - name: harbor
      series:
        - pattern: /Derive/weather-series/daily/harbor*
        - pattern: /HydroVu/buoys/data/Harbor*
          begin: 2024-06-01
          rename: { Buoy.Temp.C: Buoy.Temperature.C }
          cast: { Buoy.Temperature.C: DOUBLE }
    - name: field
      series:
        - pattern: /Derive/weather-series/daily/field*
      columns:
        - Station.Temperature.C
`,
};
