import { plural } from '../../../base/plural.ts';
import { type Collecting, dataName, seriesPath } from './collecting.ts';
import { type ColumnNames } from './columns.ts';
import { type Device } from './credentials.ts';
import { hourSums } from './hourSums.ts';
import { lateRows, storedValues } from './lateRows.ts';
import { type OverlapState, type TimeSpan } from './overlap.ts';
import { ReadingWindow, type RowGroup } from './readingWindow.ts';
import { columnsOf } from './rowGroups.ts';
import { writeRows } from './series.ts';
import { ServiceError } from './serviceError.ts';

interface CollectedLate {
  /** The reason why not all readings of the overlap were compared; the next run does it. */
  readonly failure: ServiceError | undefined;
  /** Sentences without the device and the full stop. */
  readonly notes: readonly string[];
}

interface LateDevice {
  readonly device: Device;
  readonly names: ColumnNames;
  readonly overlap: OverlapState;
}

interface LateCounts {
  added: number;
  changed: number;
  /** Seconds since 1970 UTC. */
  from: number;
  to: number;
}

/**
 * Asks again for the readings of a device in its overlap, and adds those that are not stored as the service has them now.
 * Fails as the pond, and `cancelled`.
 */
export async function collectLate(late: LateDevice, collecting: Collecting): Promise<CollectedLate> {
  const counts: LateCounts = { added: 0, changed: 0, from: Infinity, to: 0 };
  let failure: ServiceError | undefined;
  const spans = late.overlap.spans();
  saveOverlap(late, collecting);
  try {
    for (const span of spans) {
      await compareSpan(span, { ...late, isOnly: spans.length === 1, counts }, collecting);
      late.overlap.endSpan(span);
      saveOverlap(late, collecting);
      if (collecting.checkpoint.isDue()) await collecting.checkpoint.save();
    }
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    failure = error;
  }
  const rest = failure === undefined ? [] : ['new readings are stored; earlier ones were not all asked for again'];
  return { failure, notes: [...lateNotes(counts), ...rest] };
}

async function compareSpan(
  span: TimeSpan,
  { device, names, overlap, isOnly, counts }: LateDevice & { readonly isOnly: boolean; readonly counts: LateCounts },
  collecting: Collecting,
): Promise<void> {
  const delivered = await deliveredIn(span, device, names, collecting);
  if (delivered === undefined) return;
  const sums = hourSums(delivered, names.idsOf);
  const isKnown = isOnly && overlap.isUnchanged(sums);
  overlap.add(sums);
  if (isKnown) return;
  const home = await collecting.home();
  const path = seriesPath(device);
  const { rows, added, changed } = lateRows(delivered, await storedValues(home, path, delivered));
  if (rows === undefined) return;
  await home.createDirectory(dataName, { parents: true });
  const bytes = await writeRows(home, path, rows);
  const [first, last] = [rows.times[0]!, rows.times[rows.times.length - 1]!];
  counts.added += added;
  counts.changed += changed;
  [counts.from, counts.to] = [Math.min(counts.from, first), Math.max(counts.to, last)];
  collecting.counts.rows += rows.times.length;
  collecting.counts.bytes += bytes;
  collecting.counts.files++;
  const before = collecting.progress.get(device.id)!;
  collecting.progress.set(device.id, {
    ...before,
    minTime: Math.min(before.minTime, first),
    recordTime: Math.floor(collecting.now() / 1000),
    pointCount: before.pointCount + rows.points,
  });
}

/** Returns the readings that the service has in a span; undefined without any. Fails ServiceError. */
async function deliveredIn(
  { start, end }: TimeSpan,
  device: Device,
  names: ColumnNames,
  { client, signal, checkpoint, report }: Collecting,
): Promise<RowGroup | undefined> {
  const window = new ReadingWindow({ keptUntil: start - 1, timeMax: end });
  let readings = 0;
  for await (const page of client.readings(device.id, { start, end }, signal)) {
    const columns = columnsOf(page, names);
    window.add(columns);
    const count = columns.reduce((sum, column) => sum + column.readings.length, 0);
    checkpoint.onReadings(count);
    readings += count;
    report(`${device.name}: ${plural(readings, 'reading')} compared`);
  }
  return window.takeAll();
}

function saveOverlap({ device, overlap }: LateDevice, { progress }: Collecting): void {
  const before = progress.get(device.id);
  if (before !== undefined) progress.set(device.id, { ...before, overlap: overlap.at(before.maxTime) });
}

function lateNotes({ added, changed, from, to }: LateCounts): readonly string[] {
  if (added + changed === 0) return [];
  const period = `between ${timeText(from)} and ${timeText(to)}`;
  const late = `reached the service after later ones were stored, and ${added === 1 ? 'was' : 'were'} added, ${period}`;
  const other = `since it was stored: the new value was added, and counts as of the last version, ${period}`;
  return [
    ...(added === 0 ? [] : [`${plural(added, 'reading')} ${late}`]),
    ...(changed === 0 ? [] : [`the service changed ${plural(changed, 'reading')} ${other}`]),
  ];
}

function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
