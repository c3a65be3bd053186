import { type ResourceKind } from '../../model/kind.ts';
import { type DeriveSpec, deriveSpec } from './spec.ts';

/** Derive: builds series from files by SQL. */
export const derive: ResourceKind<DeriveSpec> = {
  kind: 'Derive',
  icon: 'beaker',
  summary: 'makes a series of each matched file by a SQL query',
  doc: [
    'Each file that matches the pattern of a collection becomes a series `/Derive/NAME/COLLECTION/FILE`, with the name of the file. If files in several directories have the same name, the captures of the wildcards for the directories come first: `north-2024.csv`.',
    '',
    'Give time series a column `Timestamp`, in seconds since 1970 UTC, and value columns called `INSTRUMENT.NAME.UNIT`.',
    '',
    '**In the query**, `$1` is the matched file:',
    '',
    "- `read_csv('$1')`, `read_parquet`, `read_json`, `read_ndjson`, `read_text`, `read_blob` and `sniff_csv` open it.",
    "- `FROM '$1'` reads it as the pond does, see [queries](queries.md#paths-are-tables). Anywhere else, `$1` is its path as a text.",
    '- Other files of the pond are tables: `JOIN "/Inbox/site/units.csv" USING (id)`. Nothing else can be read.',
    '- `read_csv` and `read_json` without `sample_size` read the whole file to determine its columns. `read_csv` accepts comments only at the top of a file, and skips rows only if `skip` is given.',
    '- A call with options that only DuckDB has, such as `escape` or `store_rejects`, and `read_csv` in a query that uses `filename`, go through the reader of DuckDB itself: it reads the whole file, with the layout found by DuckPond, but decides on types and dates of each file alone, and ambiguous dates are not an error there. The notes of each run name such calls. Options listed in [queries](queries.md#reader-functions) keep all checks.',
    '- Each file is read alone. A note of the run names a file whose column has another unit than in the others.',
    '- `sniff_csv` shows what DuckDB would guess; `pond describe` shows how the pond reads a file.',
    '- Times without a zone are UTC.',
    '',
    'Each file has the columns that its query returns: two files of a collection may differ. A query with `random()` or `now()` is run again only when its inputs change; a warning says so (`query-changing`). An aggregate whose result depends on the order of rows, such as a sum of doubles, runs on one processor, in the order of the files: so its last digits are the same each time.',
    '',
    '**Limits.** A query is one statement. For each file it may write 16 GiB of Parquet, use 16 GiB of temporary disk space, and run for an hour. The first two can be [changed](queries.md#limits). A query that exceeds a limit, such as a join without a condition, fails with `query-failed`.',
    '',
    '**Errors** concern one file; the others are derived.',
    '',
    '- `query-invalid`, `query-failed`, `query-forbidden`: at their position in the document.',
    '- `invalid-content`: the file cannot be read as the query expects, at its line if known.',
    "- `ambiguous-dates`: the order of day and month in the file's dates, or the pass of times that clocks repeat, cannot be determined.",
    '',
    '**Changing it.** Change the query and apply the document: every file is derived again when it is next read, or by a run.',
  ].join('\n'),
  spec: deriveSpec,
  flows: ({ collections }) =>
    collections.map(({ name, pattern }, index) => ({
      writes: `${name}/*`,
      reads: [{ pattern, path: ['collections', index, 'pattern'] }],
    })),
  async derive(resource, inputs) {
    return (await import('./outputs.ts')).deriveOutputs(resource, inputs);
  },
  async rowNotes(resource, inputs, materializer, job) {
    return (await import('./readerNotes.ts')).readerNotes(resource, inputs, materializer, job);
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
