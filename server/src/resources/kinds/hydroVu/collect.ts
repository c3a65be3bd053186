import { plural } from '../../../base/plural.ts';
import { type RunCounts } from '../../model/runState.ts';
import { type WorkingDirectory } from '../../../tinyfs/workingDirectory.ts';
import { type Client } from './client.ts';
import { createColumnNames } from './columns.ts';
import { createPageOrder } from './pageOrder.ts';
import { type ServiceError } from './serviceError.ts';
import { type SkippedReadings, ReadingWindow } from './readingWindow.ts';
import { GroupQueue, rowGroups } from './rowGroups.ts';
import { writeVersion } from './series.ts';
import { type FriendlyNames } from './shapes.ts';
import { type Device } from './credentials.ts';
import { type Progress } from './tables.ts';

/**
 * Readings more than this far ahead of now wait for a run at their time. They may come from a wrong clock, and later
 * readings with correct times would be taken for stored ones.
 */
const aheadSecondsMax = 3600;

/** Notes on names per device: ten are enough to look for a common cause. */
const notesMax = 10;

/** Folder of the series, in the resource directory. */
export const dataName = 'data';

/** State that the locations of one run share; updated as readings are written. */
export interface Collecting {
  readonly client: Client;
  readonly names: FriendlyNames;
  readonly home: () => Promise<WorkingDirectory>;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  readonly progress: Map<string, Progress>;
  readonly counts: { -readonly [K in keyof RunCounts]: RunCounts[K] };
  /** Commits the data so far when enough has accumulated since the last commit. */
  readonly checkpoint: {
    readonly isDue: () => boolean;
    readonly onReadings: (count: number) => void;
    save(): Promise<void>;
  };
  readonly report: (message: string) => void;
}

/** Result of one location. */
interface Collected {
  /** The reason why readings are missing; earlier ones are kept. */
  readonly failure: ServiceError | undefined;
  /** Sentences for the user. */
  readonly notes: readonly string[];
}

/** Path of a device's series, in the resource directory. */
export function seriesPath({ name, id }: Device): string {
  return `${dataName}/${name}-${id}`;
}

/**
 * Fetches the readings of a device after the last stored ones, and writes them. When pages fail before any of their
 * rows is known to be complete, requests the time range up to the last reading received: its last page completes it.
 * Fails as the pond, and `cancelled`.
 */
export async function collectDevice(device: Device, collecting: Collecting): Promise<Collected> {
  const { failure, notes, reach, isAnyKept } = await collectUntil(device, collecting, undefined);
  if (failure?.code !== 'remote-failed' || isAnyKept || reach === 0) return { failure, notes };
  const stretch = await collectUntil(device, collecting, reach);
  return { failure, notes: [...new Set([...notes, ...stretch.notes])] };
}

interface CollectedUntil extends Collected {
  /** End of the range to request next, seconds since 1970 UTC; 0 when no readings arrived. */
  readonly reach: number;
  readonly isAnyKept: boolean;
}

/** Fetches and writes readings up to a time, inclusive; all of them when it is undefined. */
async function collectUntil(device: Device, collecting: Collecting, end: number | undefined): Promise<CollectedUntil> {
  const { client, counts, checkpoint, progress, signal, now } = collecting;
  const keptUntil = progress.get(device.id)?.maxTime ?? 0;
  const window = new ReadingWindow({ keptUntil, timeMax: Math.floor(now() / 1000) + aheadSecondsMax });
  const order = createPageOrder(window.timeMax);
  const names = createColumnNames(collecting.names, device.scope);
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
  try {
    while ((await groups.peek()) !== undefined) {
      const home = await collecting.home();
      await home.createDirectory(dataName, { parents: true });
      const written = await writeVersion(home, seriesPath(device), groups, checkpoint.isDue);
      isAnyKept = true;
      counts.rows += written.rows;
      counts.bytes += written.bytes;
      counts.files++;
      const before = progress.get(device.id);
      progress.set(device.id, {
        minTime: before?.minTime ?? written.minTime,
        maxTime: written.maxTime,
        recordTime: Math.floor(now() / 1000),
        pointCount: (before?.pointCount ?? 0) + written.points,
      });
      if (checkpoint.isDue()) await checkpoint.save();
    }
  } finally {
    await groups.close();
  }
  const notes = [...few(names.notes), ...leftOutNotes(window.leftOut)].map(about(device));
  return { failure: groups.failure, notes, reach: order.reach(), isAnyKept };
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
    ...left(late, 'later readings were already stored'),
  ];
}

function about({ name, id }: Device): (note: string) => string {
  return (note) => `${name} (${id}): ${note}.`;
}
