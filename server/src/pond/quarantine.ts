/** The folder of bytes that were taken out of use, kept until a person removes them. */
import { quarantine, unusedPath } from '../delta/verify.ts';
import { type Disk } from '../storage/disk.ts';
import { nameOf } from '../storage/diskPath.ts';
import { makeDirectoryDurable, readParts, writeNew } from '../storage/durable.ts';
import { withReserve } from './reserve.ts';
import { type QuarantinedFile } from './status.ts';

const directory = '_pond/quarantine';

/** Returns the quarantined files that still exist, in the order of their names; [] when there are none. */
export function quarantinedFiles(disk: Disk): readonly QuarantinedFile[] {
  return disk
    .list(directory)
    .sort()
    .map((name) => {
      const path = `${directory}/${name}`;
      return { path, text: textOf(name, disk.stat(path)?.sizeBytes ?? 0) };
    });
}

/** Moves a file into the quarantine, durably. Returns its new path; undefined when it is missing. */
export function quarantineFile(disk: Disk, path: string): string | undefined {
  return quarantine(disk, path, directory);
}

/**
 * Gives a file a second name in the quarantine, durably, so that another can take its place: at no moment is there none.
 * Returns the name; undefined when the file is missing.
 */
export function quarantineReplaced(disk: Disk, path: string): string | undefined {
  if (disk.stat(path) === undefined) return undefined;
  makeDirectoryDurable(disk, directory);
  const to = unusedPath(disk, `${directory}/replaced-${nameOf(path)}`);
  disk.link(path, to);
  disk.syncDirectory(directory);
  return to;
}

/** Keeps the bytes of a file between two offsets; none are a note that an end was lost. */
export function quarantineTail(disk: Disk, from: string, offset: number, end: number): string {
  const path = `${directory}/journal-${Date.now()}-${offset}`;
  withReserve(disk, () => {
    makeDirectoryDurable(disk, directory);
    writeNew(disk, path, readParts(disk, from, offset, end));
    disk.syncDirectory(directory);
  });
  return path;
}

/** Returns what a quarantined file is and how to deal with it, in a sentence. */
function textOf(name: string, sizeBytes: number): string {
  const [, ms, offset] = /^journal-(\d{1,15})-(\d{1,15})$/.exec(name) ?? [];
  if (ms !== undefined && offset !== undefined) {
    const when = new Date(Number(ms)).toISOString();
    const what =
      sizeBytes === 0
        ? `What was staged after byte ${offset} of the journal was lost before ${when}`
        : `The end of the journal from byte ${offset}, cut off at ${when}`;
    return `${what}. Remove this file once nothing that you staged is missed.`;
  }
  const [, digits] = /^(\d{20})\.json(\.\d+)?$/.exec(name) ?? [];
  if (digits !== undefined) {
    return `The damaged log entry of commit ${BigInt(digits)}, which was never acknowledged: what it held is staged. Remove this file.`;
  }
  return 'A damaged file that was replaced. Remove it once the pond is as it should be.';
}
