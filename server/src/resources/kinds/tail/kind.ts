import { type ResourceKind } from '../../model/kind.ts';
import { journalAccess } from './journalSpec.ts';
import { type TailSpec, tailSpec } from './spec.ts';

/** Tail: lines that are added to files of the host. */
export const tail: ResourceKind<TailSpec> = {
  kind: 'Tail',
  icon: 'list-selection',
  summary: 'follows files of the host that grow, line by line, or the journal of systemd',
  doc: [
    'Each run reads the lines that were added to the files of `pattern` since the last one, or the entries that were added to the [journal](#journal-of-systemd) of systemd. Lines become a version of the series `/Tail/NAME/FILE`, or of `/Tail/NAME/SERIES` for all files if `series` is given. `FILE` is the path relative to the part of the pattern before the first wildcard.',
    '',
    '- Only what is new is read. A last line without its end waits for the next run.',
    '- With `series`, a file that gets another name of the pattern goes on there, as `current.csv` that becomes `2026-01-31.csv`: its rows are in the series once.',
    '- A rotated file, such as `x.csv.1`, `x.csv.2.gz` or `x.csv-20260131`, is read to its end before the new `x.csv`. It is recognized by its content, so it may be renamed, copied or compressed. The pattern matches `x.csv`.',
    '- A file that is away for a while, as on a drive that is not connected, goes on where it was read. The last 1,000 such files are remembered.',
    '- A file that was truncated is read from its start. If lines were written and removed between two runs, they are lost; the notes of the run say where this may be so.',
    '- What was read and how far is committed together: a run that fails or is killed repeats and loses nothing. The progress is in `progress.json`.',
    '',
    '**What becomes of a line.**',
    '',
    '- `csv`: a row; the first line of each file has the names of the columns, unless `names` are given; `format` says what the first line and the values do not, such as the order of the dates and lines above the header. A header again, as of a logger that was started again, names the columns of the lines below it. What earlier lines of a log show, such as the order of the dates, holds for later ones.',
    '- `ndjson`: a row; the keys are its columns. With `invalid: skip`, lines that are not JSON objects, such as one that a crash cut, are left out, and a note of the run has their number and the first one.',
    '- `text`: a row with `Timestamp`, the time at which it was read in seconds since 1970 UTC, and `line`.',
    '',
    'Types are those of [queries](queries.md), with these differences, so that later lines fit: whole numbers are stored as DOUBLE where that is exact, except in the time column, and lists and objects as JSON. A column keeps its type. A new column of a rotated file, or a new key, comes last; it is NULL in earlier rows.',
    '',
    '#### Journal of systemd',
    '',
    'With `journal`, a run calls the program `journalctl` of this computer with the units, identifiers and priority of the document. New entries become a version of the series `/Tail/NAME/journal`, or `/Tail/NAME/SERIES`.',
    '',
    '- `Timestamp` is the time at which the journal got the entry, in UTC to the microsecond. Each field is a column of texts under its own name, such as `MESSAGE`, `PRIORITY` and `_SYSTEMD_UNIT`.',
    '- A field that an entry has several times is one text with a line for each value. Bytes that are not UTF-8 become the replacement character. Both are also in the column `__EXACT`, a JSON object of the fields as `journalctl` gives them, with lists of texts and bytes. Fields whose name is not one of systemd are there alone.',
    '- The position of the last entry is committed with the entries, in `progress.json`. When the journal no longer has that entry, a note of the run says that entries may be missing.',
    '- A line that is not an entry ends the run, with the entries before it kept. With `invalid: skip`, such lines are left out, and a note has their number and the first one.',
    '- A note shows what `journalctl` reports, for example that this user may not see all entries.',
    '- `journalctl` merges the files of a `directory` by time. Entries that get there late, with earlier times than the last entry that was read, are not read: give the files of each computer a folder and a Tail of their own.',
    '',
    '**Errors.** `not-allowed`: the document is from somebody else, and you did not allow it to read these files or the journal. `run-failed`: the folder does not exist, `journalctl` is missing or failed, or some files could not be read or have lines that do not fit. The notes name the file and the line after which they begin; the lines before are kept, and the other files are read.',
    '',
    '**Changing it.** Change `time`, `names`, `format` or `invalid` and apply the document: it applies to lines that are read later. Change `journal`: it applies to later entries. To read all again, remove the series and `progress.json` in the pond.',
  ].join('\n'),
  spec: tailSpec,
  async run(context) {
    return await (await import('./run.ts')).runTail(context);
  },
  flows: () => [{ writes: '**', reads: [] }],
  hostAccess: ({ pattern, journal }) => [
    ...(pattern === undefined ? [] : [`reads ${pattern} and its rotated files`]),
    ...(journal === undefined ? [] : [journalAccess(journal)]),
  ],
  example: `apiVersion: duckpond/v1
kind: Tail
name: station
desc: The log of the weather station
spec:
  pattern: /var/log/station/*.csv
  lines: csv
`,
};
