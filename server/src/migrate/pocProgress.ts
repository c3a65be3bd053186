/**
 * Progress of collections. A pond of 2025 has a row for each location and run, of which its reader saw 1,024 at most;
 * an update of the document set them back to zero. The readings are stored all the same, so the greatest time of any
 * version counts, as far as readings are really there.
 */
import { parquetWriteBuffer } from 'hyparquet-writer';
import { groupBy } from '../base/groupBy.ts';
import { versionFacts } from '../pond/series.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { wholeContent } from './checkedContent.ts';
import { parquetRows } from './parquetRows.ts';
import { type PocVersion } from './pocHistory.ts';
import { type FinalChanges } from './source.ts';

/** Name of the table in the directory of a resource. */
const progressTable = 'temporal';

/** True for the table of the progress of a resource, by its name. */
export function isProgressTable({ path, type }: Pick<PocVersion, 'path' | 'type'>): boolean {
  return type === 'table' && path.split('/').length === 4 && path.endsWith(`/${progressTable}`);
}

const columns = ['location_id', 'min_time', 'max_time', 'record_time', 'num_points'] as const;

type ProgressRow = Readonly<Record<(typeof columns)[number], bigint>>;

/** Returns the table of progress for a resource, from all its versions; empty when they are not such tables. */
export async function progressChanges(
  home: string,
  versions: readonly PocVersion[],
  migrated: WorkingDirectory,
): Promise<FinalChanges> {
  const rows = await allRows(versions);
  if (rows === undefined || rows.length === 0) return { changes: [], notes: [] };
  const notes: string[] = [];
  const merged: ProgressRow[] = [];
  for (const [id, own] of groupBy(rows, ({ location_id }) => location_id)) {
    const stored = await latestReading(migrated, home, id);
    const row = mergedRow(id, own);
    const reached = stored === undefined || stored > row.max_time ? (stored === undefined ? 0n : row.max_time) : stored;
    if (reached < row.max_time) notes.push(missingNote(home, id, reached, row.max_time));
    merged.push({ ...row, min_time: reached === 0n ? 0n : row.min_time, max_time: reached });
  }
  const bytes = tableOf(merged.sort((a, b) => Number(a.location_id - b.location_id)));
  const path = `${home}/${progressTable}`;
  return {
    changes: [{ kind: 'version', path, type: 'table', sizeBytes: bytes.length, open: () => bytes }],
    notes,
  };
}

/** Returns the distinct rows of all versions; undefined when one is another kind of table. */
async function allRows(versions: readonly PocVersion[]): Promise<readonly ProgressRow[] | undefined> {
  const rows = new Map<string, ProgressRow>();
  for (const { open, location } of versions) {
    const table = await parquetRows(await wholeContent(await open(), location), location);
    for (const row of table.rows) {
      const values = columns.map((name) => row[name]);
      if (!values.every((value) => typeof value === 'bigint')) return undefined;
      const [location_id, min_time, max_time, record_time, num_points] = values as [
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
      ];
      rows.set(values.join(), { location_id, min_time, max_time, record_time, num_points });
    }
  }
  return [...rows.values()];
}

/** Rows of zeros are those of a location without readings. */
function mergedRow(location_id: bigint, all: readonly ProgressRow[]): ProgressRow {
  const zero: ProgressRow = { location_id, min_time: 0n, max_time: 0n, record_time: 0n, num_points: 0n };
  return all
    .filter(({ max_time }) => max_time > 0n)
    .reduce<ProgressRow>(
      (sum, row) => ({
        location_id,
        min_time: sum.min_time === 0n || row.min_time < sum.min_time ? row.min_time : sum.min_time,
        max_time: row.max_time > sum.max_time ? row.max_time : sum.max_time,
        record_time: row.record_time > sum.record_time ? row.record_time : sum.record_time,
        num_points: sum.num_points + row.num_points,
      }),
      zero,
    );
}

/** Returns the last time of the readings of a location, seconds since 1970 UTC; undefined without any. */
async function latestReading(migrated: WorkingDirectory, home: string, id: bigint): Promise<bigint | undefined> {
  const data = `${home.slice(1)}/data`;
  if ((await migrated.get(data)) === undefined) return undefined;
  let latest: number | undefined;
  for (const { basename, node } of await migrated.list(data)) {
    if (node.type !== 'series' || !basename.endsWith(`-${id}`)) continue;
    for await (const version of migrated.versions(`${data}/${basename}`)) {
      const { time } = versionFacts(version);
      // A file without statistics does not say; the table is believed.
      if (time === undefined) return BigInt(Number.MAX_SAFE_INTEGER);
      latest = Math.max(latest ?? 0, Math.floor(time.maxUs / 1_000_000));
    }
  }
  return latest === undefined ? undefined : BigInt(latest);
}

function missingNote(home: string, id: bigint, reached: bigint, stated: bigint): string {
  const time = (seconds: bigint): string => new Date(Number(seconds) * 1000).toISOString();
  const from = reached === 0n ? 'the first one' : time(reached);
  return `${home}: the readings of location ${id} up to ${time(stated)} are not all in the source: the next run fetches them from ${from} on.`;
}

function tableOf(rows: readonly ProgressRow[]): Uint8Array {
  const columnData = columns.map((name) => ({ name, type: 'INT64' as const, data: rows.map((row) => row[name]) }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
