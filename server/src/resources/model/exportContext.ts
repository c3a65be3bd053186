/** What a Template knows of the files that an export wrote before it. */

/** A file of an export, as templates see it. */
export interface ExportRecord {
  /** Relative to the folder that is exported to, or to the page, with `/` between names. */
  readonly file: string;
  /** Seconds since 1970 UTC, inclusive and exclusive; null when the file is not a part by time. */
  readonly start_time: number | null;
  readonly end_time: number | null;
}

/** The variable `export`: records in order of time, below an object for each capture of the pattern. */
export type ExportContext = readonly ExportRecord[] | { readonly [capture: string]: ExportContext };

/** A record with what the wildcards of the pattern stood for. */
export interface CapturedRecord extends ExportRecord {
  readonly captures: readonly string[];
}

/** Records of one pattern, folded by their captures, which are equally many; an empty object for none. */
export function foldRecords(records: readonly CapturedRecord[]): ExportContext {
  if (records.length === 0) return {};
  const sorted = [...records].sort((a, b) => (a.start_time ?? -Infinity) - (b.start_time ?? -Infinity) || 0);
  return fold(sorted, 0);
}

function fold(records: readonly CapturedRecord[], depth: number): ExportContext {
  if (records.every(({ captures }) => captures.length <= depth)) {
    return records.map(({ file, start_time, end_time }) => ({ file, start_time, end_time }));
  }
  const groups = new Map<string, CapturedRecord[]>();
  for (const record of records) {
    const name = record.captures[depth] ?? '';
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [record]);
    else group.push(record);
  }
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  // Names come from a pond: none may stand for what every object has.
  return Object.fromEntries(sorted.map(([name, group]) => [name, fold(group, depth + 1)]));
}
