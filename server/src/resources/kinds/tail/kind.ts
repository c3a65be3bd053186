import { type ResourceKind } from '../../model/kind.ts';
import { type TailSpec, tailSpec } from './spec.ts';

/** Tail: lines that are added to files of the host. */
export const tail: ResourceKind<TailSpec> = {
  kind: 'Tail',
  icon: 'list-selection',
  summary: 'follows files of the host that grow, and rotated ones, line by line',
  doc: [
    'Each run reads the lines that were added since the last one. They become a version of the series `/Tail/NAME/FILE`, or of `/Tail/NAME/SERIES` for all files if `series` is given. `FILE` is the path relative to the part of the pattern before the first wildcard.',
    '',
    '- Only what is new is read. A last line without its end waits for the next run.',
    '- A rotated file, such as `x.csv.1`, `x.csv.2.gz` or `x.csv-20260131`, is read to its end before the new `x.csv`. It is recognized by its content, so it may be renamed, copied or compressed. The pattern matches `x.csv`.',
    '- A file that was truncated is read from its start. If lines were written and removed between two runs, they are lost; the notes of the run say where this may be so.',
    '- What was read and how far is committed together: a run that fails or is killed repeats and loses nothing. The progress is in `progress.json`.',
    '',
    '**What becomes of a line.**',
    '',
    '- `csv`: a row; the first line of each file has the names of the columns, unless `names` are given; `format` says what the first line and the values do not, such as the order of the dates and lines above the header.',
    '- `ndjson`: a row; the keys are its columns.',
    '- `text`: a row with `Timestamp`, the time at which it was read in seconds since 1970 UTC, and `line`.',
    '',
    'Types are those of [queries](queries.md), with these differences, so that later lines fit: whole numbers are stored as DOUBLE where that is exact, except in the time column, and lists and objects as JSON. A column keeps its type. A new column of a rotated file, or a new key, comes last; it is NULL in earlier rows.',
    '',
    '**Errors.** `not-allowed`: the document is from somebody else, and you did not allow it to read these files. `run-failed`: the folder does not exist, or some files could not be read or have lines that do not fit. The notes name the file and the line after which they begin; the lines before are kept, and the other files are read.',
    '',
    '**Changing it.** Change `time`, `names` or `format` and apply the document: it applies to lines that are read later. To read files again, remove their series and `progress.json` in the pond.',
  ].join('\n'),
  spec: tailSpec,
  async run(context) {
    return await (await import('./run.ts')).runTail(context);
  },
  flows: () => [{ writes: '**', reads: [] }],
  hostAccess: ({ pattern }) => [`reads ${pattern} and its rotated files`],
  example: `apiVersion: duckpond/v1
kind: Tail
name: station
desc: The log of the weather station
spec:
  pattern: /var/log/station/*.csv
  lines: csv
`,
};
