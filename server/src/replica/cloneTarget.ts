/** The folder that a pond is copied into: new, empty, or one that an earlier run of the same copy left. */
import { PondError } from '../base/error.ts';
import { logDirectory } from '../delta/logPaths.ts';
import { spoolPrefix } from '../pond/workPaths.ts';
import { readReplica } from '../pond/replica.ts';
import { type Replica } from '../pond/status.ts';
import { type Disk } from '../storage/disk.ts';
import { isTemporaryName } from '../storage/durable.ts';

/** Files that a run of a copy leaves when it ends before its mark is there. */
const isLeftover = (name: string): boolean =>
  name.startsWith('lock.') || name.startsWith(spoolPrefix) || isTemporaryName(name);

/**
 * Returns the mark of an earlier run; undefined for a new or empty folder. Fails `already-exists` for anything else,
 * which is left as it is.
 */
export function requireTarget(disk: Disk, directory: string): Replica | undefined {
  if (disk.stat('')?.kind === 'file') throw taken(directory, 'a file is at');
  const replica = readReplica(disk);
  if (replica !== undefined) return replica;
  if (disk.stat(logDirectory) !== undefined) throw taken(directory, 'there is a pond at');
  const names = disk.list('').filter((name) => name !== '_pond');
  if (names.length > 0 || !disk.list('_pond').every(isLeftover)) throw taken(directory, 'there are files in');
  return undefined;
}

/** Fails `already-exists` when a folder holds another copy than the one that is asked for. */
export function requireSame(earlier: Replica | undefined, wanted: Replica, directory: string): void {
  if (earlier === undefined) return;
  const { of, at, isThin } = earlier;
  const isFork = earlier.fork !== undefined;
  if (of !== wanted.of) throw taken(directory, `a copy of pond ${of} is at`);
  if (at !== wanted.at)
    throw taken(directory, at === undefined ? 'a whole copy is at' : `a copy of version ${at} is at`);
  if (isThin !== wanted.isThin) throw taken(directory, `a copy ${isThin ? 'without' : 'with'} contents is at`);
  if (isFork !== (wanted.fork !== undefined))
    throw taken(directory, `a copy that is ${isFork ? 'a' : 'no'} fork is at`);
}

function taken(directory: string, what: string): PondError {
  return new PondError('already-exists', `${what} ${directory}`, {
    path: directory,
    hint: 'Name an empty folder, or one that does not exist; a copy that stopped goes on with the same arguments.',
  });
}
