import { plural } from '../../../base/plural.ts';
import { type Collecting, dataName, seriesPath } from './collecting.ts';
import { collectLate } from './collectLate.ts';
import { type ColumnNames, createColumnNames } from './columns.ts';
import { hourSums } from './hourSums.ts';
import { OverlapState } from './overlap.ts';
import { createPageOrder } from './pageOrder.ts';
import { type ServiceError } from './serviceError.ts';
import { ReadingWindow, type RowGroup, type SkippedReadings } from './readingWindow.ts';
import { GroupQueue, rowGroups } from './rowGroups.ts';
import { writeVersion } from './series.ts';
import { type Device } from './credentials.ts';

/**
 * Readings more than this far ahead of now wait for a run at their time. They may come from a wrong clock, and later
 * readings with correct times would be taken for stored ones.
 */
const aheadSecondsMax = 3600;

/** Notes on names per device: ten are enough to look for a common cause. */
const notesMax = 10;

/** Result of one location. */
interface Collected {
  /** The reason why readings are missing; earlier ones are kept. */
  readonly failure: ServiceError | undefined;
  /** Sentences for the user. */
  readonly notes: readonly string[];
}

/**
 * Fetches the readings of a device after the last stored ones, and writes them; then those of the overlap again. Fails
 * as the pond, and `cancelled`.
 */
export async function collectDevice(device: Device, collecting: Collecting): Promise<Collected> {
  const { maxTime: keptUntil = 0, overlap: stored } = collecting.progress.get(device.id) ?? {};
  const overlap = new OverlapState({ stored, keptUntil, seconds: collecting.overlapSeconds });
  const names = createColumnNames(collecting.names, device.scope);
  const fresh = await collectNew({ device, names, overlap }, collecting);
  const late =
    fresh.failure === undefined
      ? await collectLate({ device, names, overlap }, collecting)
      : { failure: fresh.failure, notes: [] };
  const notes = [...few(names.notes), ...fresh.notes, ...late.notes];
  return { failure: late.failure, notes: notes.map(about(device)) };
}

/** A location, and what is known of it before it is asked. */
interface NewReadings {
  readonly device: Device;
  readonly names: ColumnNames;
  readonly overlap: OverlapState;
}

/**
 * Fetches the readings after the last stored ones. When pages fail before any of their rows is known to be complete,
 * requests the time range up to the last reading received: its last page completes it.
 */
async function collectNew(source: NewReadings, collecting: Collecting): Promise<Collected> {
  const { failure, notes, reach, isAnyKept } = await collectUntil(source, collecting, undefined);
  if (failure?.code !== 'remote-failed' || isAnyKept || reach === 0) return { failure, notes };
  const stretch = await collectUntil(source, collecting, reach);
  return { failure, notes: [...new Set([...notes, ...stretch.notes])] };
}

interface CollectedUntil extends Collected {
  /** End of the range to request next, seconds since 1970 UTC; 0 when no readings arrived. */
  readonly reach: number;
  readonly isAnyKept: boolean;
}

/** Fetches and writes readings up to a time, inclusive; all of them when it is undefined. */
async function collectUntil(
  { device, names, overlap }: NewReadings,
  collecting: Collecting,
  end: number | undefined,
): Promise<CollectedUntil> {
  const { client, counts, checkpoint, progress, signal, now } = collecting;
  const keptUntil = progress.get(device.id)?.maxTime ?? 0;
  const window = new ReadingWindow({ keptUntil, timeMax: Math.floor(now() / 1000) + aheadSecondsMax });
  const order = createPageOrder(window.timeMax);
  let [pages, readings, isAnyKept] = [0, 0, false];
  const onPage = (count: number): void => {
    pages++;
    readings += count;
    checkpoint.onReadings(count);
    collecting.report(`${device.name}: ${plural(readings, 'reading')} on ${plural(pages, 'page')}`);
  };
  const range = { start: keptUntil + 1, ...(end !== undefined && { end }) };
  const source = client.readings(device.id, range, signal);
  const groups = new GroupQueue(rowGroups(source, { window, order, names, isDue: checkpoint.isDue, onPage }));
  const onGroup = (group: RowGroup): void =>
    overlap.add(hourSums(group, names.idsOf, { from: overlap.neededFrom(group.times[group.times.length - 1]!) }));
  try {
    while ((await groups.peek()) !== undefined) {
      const home = await collecting.home();
      await home.createDirectory(dataName, { parents: true });
      const written = await writeVersion(home, seriesPath(device), { groups, isDue: checkpoint.isDue, onGroup });
      isAnyKept = true;
      counts.rows += written.rows;
      counts.bytes += written.bytes;
      counts.files++;
      const before = progress.get(device.id);
      overlap.addSkipped(window.leftOut.lateFrom);
      progress.set(device.id, {
        minTime: before?.minTime ?? written.minTime,
        maxTime: written.maxTime,
        recordTime: Math.floor(now() / 1000),
        pointCount: (before?.pointCount ?? 0) + written.points,
        overlap: overlap.at(written.maxTime),
      });
      if (checkpoint.isDue()) await checkpoint.save();
    }
  } finally {
    await groups.close();
  }
  overlap.addSkipped(window.leftOut.lateFrom);
  return { failure: groups.failure, notes: leftOutNotes(window.leftOut), reach: order.reach(), isAnyKept };
}

function few(notes: ReadonlySet<string>): readonly string[] {
  const more = notes.size - notesMax;
  return more <= 0 ? [...notes] : [...[...notes].slice(0, notesMax), `so it is with ${more} more`];
}

function leftOutNotes({ impossible, future, late }: SkippedReadings): readonly string[] {
  const left = (count: number, why: string): readonly string[] =>
    count === 0 ? [] : [`${count} ${count === 1 ? 'reading was' : 'readings were'} skipped: ${why}`];
  return [
    ...left(impossible, 'their time is not after 1970'),
    ...left(future, 'their time is more than an hour ahead of now'),
    ...left(late, 'later readings were already stored; the next run asks for them again'),
  ];
}

function about({ name, id }: Device): (note: string) => string {
  return (note) => `${name} (${id}): ${note}.`;
}
