import { type ResourceKind } from '../../model/kind.ts';
import { type DeriveSpec, deriveSpec } from './spec.ts';

/** Derive: builds series from files by SQL. */
export const derive: ResourceKind<DeriveSpec> = {
  kind: 'Derive',
  summary: 'makes a series of each matched file by a SQL query',
  doc: `Each file that a collection's pattern matches appears as a series under \`/Derive/NAME/COLLECTION/\`, under its own name; files of one name in several directories get what the wildcards of the directories stand for in front, \`north-2024.csv\`. Time series have a column \`Timestamp\` in seconds since 1970 UTC and value columns called \`INSTRUMENT.NAME.UNIT\`.

In a query \`$1\` stands for the matched file: \`read_csv('$1')\`, \`read_parquet\`, \`read_json\`, \`read_ndjson\`, \`read_text\`, \`read_blob\` and \`sniff_csv\` open it, \`FROM '$1'\` reads it as the pond does, and anywhere else it is the file's path as a text. Where \`read_csv\` and \`read_json\` are given no \`sample_size\`, they read the whole file to decide its columns; \`read_csv\` takes no line for a comment below the top, and skips no rows unless \`skip\` says so: see [queries](queries.md#paths-are-tables). Other files of the pond are tables: \`JOIN "/Inbox/site/units.csv" USING (id)\`. Nothing else can be read. A query that gives other rows each time, by \`random()\` or \`now()\`, is run again only when its inputs change: a warning says so (\`query-changing\`). Times without a zone are UTC.

A query is one statement. For each file it may write 4 GiB of Parquet, take 16 GiB on disk for what does not fit in memory, and run for an hour: far more than files of millions of rows need. One that passes a limit, such as a join without a condition, ends with \`query-failed\` that says which; any other can be cancelled. One that fails is an error of that file alone: \`query-invalid\`, \`query-failed\` or, for what it may not do, \`query-forbidden\`, at its place in the document; \`invalid-content\` for a file that is not what it should be, at its line where that is known; \`ambiguous-dates\` for one whose dates have no certain order. The columns of each file are those that its own query gives: two files of one collection may differ.`,
  spec: deriveSpec,
  flows: ({ collections }) =>
    collections.map(({ name, pattern }, index) => ({
      writes: `${name}/*`,
      reads: [{ pattern, path: ['collections', index, 'pattern'] }],
    })),
  async derive(resource, inputs) {
    return (await import('./outputs.ts')).deriveOutputs(resource, inputs);
  },
  example: `apiVersion: duckpond/v1
kind: Derive
name: weather-series
desc: Weather files as time series
spec:
  collections:
    - name: daily
      pattern: /Inbox/weather/*.csv
      query: |
        SELECT
          epoch(date)::BIGINT AS "Timestamp",
          temp_max AS "Station.Temperature.C"
        FROM read_csv('$1')
        ORDER BY 1
`,
};
