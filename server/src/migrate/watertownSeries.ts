/** Versions of a Watertown series: which rows hold them, and which states of a series of bytes become versions. */
import { type WatertownRow } from './watertownRow.ts';

/** Returns the rows that count, oldest content first: those that no merged row stands for. */
export function liveRows(rows: readonly WatertownRow[]): readonly WatertownRow[] {
  const merged = rows.filter(({ range }) => range.isMerged);
  const isSuperseded = (row: WatertownRow): boolean =>
    merged.some((run) => {
      if (run === row || run.range.first > row.range.first || run.range.last < row.range.last) return false;
      const isSame = run.range.first === row.range.first && run.range.last === row.range.last;
      return !isSame || !row.range.isMerged || run.version > row.version;
    });
  return rows.filter((row) => !isSuperseded(row)).sort((a, b) => a.range.first - b.range.first);
}

/**
 * Returns the first version that is missing between live rows in order; undefined when they follow each other. A merged
 * row among `all` has a number of its own, for which there is no other content.
 */
export function missingVersion(live: readonly WatertownRow[], all: readonly WatertownRow[]): number | undefined {
  const merged = new Set(all.filter(({ range }) => range.isMerged).map(({ version }) => version));
  let next = 1;
  for (const { range } of live) {
    while (merged.has(next)) next++;
    if (range.first > next) return next;
    next = Math.max(next, range.last + 1);
  }
  return undefined;
}

/**
 * Returns the versions of a series of bytes that become versions of a file: the last one of each day, in UTC. Each is
 * the whole content so far, so that all of them would have the square of its size.
 */
export function dailyVersions(rows: readonly WatertownRow[]): ReadonlySet<number> {
  const lastOfDay = new Map<number, number>();
  for (const { timestampUs, version } of rows) {
    const day = Math.floor(timestampUs / dayUs);
    lastOfDay.set(day, Math.max(version, lastOfDay.get(day) ?? 0));
  }
  return new Set([...lastOfDay.values(), rows.reduce((last, { version }) => Math.max(last, version), 0)]);
}

/** Returns all versions of a series of bytes but those of merged rows, which have no other content. */
export function everyVersion(rows: readonly WatertownRow[]): ReadonlySet<number> {
  const own = rows.filter(({ range }) => !range.isMerged).map(({ version }) => version);
  return new Set([...own, rows.reduce((last, { version }) => Math.max(last, version), 0)]);
}

const dayUs = 86_400_000_000;
