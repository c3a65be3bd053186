/** Files of an earlier export stage that a Template can refer to. */

/** An exported file, as templates see it. */
interface ExportRecord {
  /** Relative to the export folder or to the page, with `/` between names. */
  readonly file: string;
  /** Seconds since 1970 UTC, inclusive and exclusive; null if the file is not a partition by time. */
  readonly start_time: number | null;
  readonly end_time: number | null;
}

/** The variable `export`: records in time order, in nested objects keyed by the captures of the pattern. */
export type ExportContext = readonly ExportRecord[] | { readonly [capture: string]: ExportContext };

/** A record with the captures of the pattern. */
interface CapturedRecord extends ExportRecord {
  readonly captures: readonly string[];
}

/** Nests the records of one pattern by their captures, which are equal in number; an empty object without records. */
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
  // Names come from a pond, so none may refer to an inherited property of objects.
  return Object.fromEntries(sorted.map(([name, group]) => [name, fold(group, depth + 1)]));
}
