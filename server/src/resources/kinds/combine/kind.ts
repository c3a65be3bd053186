import { type ResourceKind } from '../../model/kind.ts';
import { type CombineSpec, combineSpec } from './spec.ts';

/** Combine: joins several series by time. */
export const combine: ResourceKind<CombineSpec> = {
  kind: 'Combine',
  summary: 'joins several series by time into one wide series',
  doc: [
    'Each scope is one series, `/Combine/NAME/SCOPE/combine`. Files that one pattern matches follow each other in time, as when an instrument is replaced; the patterns of a scope stand side by side, joined by `Timestamp`. Nothing is dropped: a time that any input has is a row, and what an input lacks is NULL. A pattern that matches nothing adds nothing; a scope whose patterns match nothing at all has no rows, and `Timestamp` alone.',
    'The result has the column `Timestamp` and then the value columns, in the byte order of their names or in that of `columns`; one row for each time, in order of time. Names pass through as they are. Where several inputs have a value for the same time and column, one wins: that of the series written first in the document; in a series that of the last file in order of path, or the last version; in a file that of the last row. NULL never wins over a value.',
    "`Timestamp` is in whole seconds since 1970 UTC (BIGINT) when that of all inputs is, in seconds with fractions (DOUBLE) when all have numbers, and a TIMESTAMP in UTC otherwise. Rows without a time are left out, and so are times that are none: NaN, infinity, and what is more than 288,000 years away. A column that has several types of numbers gets one that holds all of them, as in DuckDB's UNION, but DOUBLE where that would lose digits; values keep their units. Text files that are empty, have a header only, or no value in a column have no say in its type.",
    'The series is kept in parts along the calendar, from decades while there are few rows down to days where there are very many. New data, late data too, makes the parts of its own time anew; a new column, or one of another type, makes all of them. Small files, as those of single days, are put together before, so that one more costs no look at all of them.',
    'Errors: `run-failed`, at its place in the document, for a name in `columns` that no input has; `invalid-content`, with the paths of the inputs, for an input without `Timestamp`, or with one whose type says no time or whose times are mostly beyond the year 9999, as milliseconds are when they are taken for seconds, or that is no table, for a column that is text in one input and a number in another, for names that differ in upper and lower case alone, and for columns of lists or structures. A Derive resource can rename and convert what does not fit.',
  ].join('\n\n'),
  spec: combineSpec,
  flows: ({ scopes }) =>
    scopes.map(({ name, series }, scope) => ({
      writes: `${name}/combine`,
      reads: series.map(({ pattern }, index) => ({ pattern, path: ['scopes', scope, 'series', index, 'pattern'] })),
    })),
  async derive(resource, inputs) {
    return (await import('./outputs.ts')).deriveOutputs(resource, inputs);
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
    - name: field
      series:
        - pattern: /Derive/weather-series/daily/field*
      columns:
        - Station.Temperature.C
`,
};
