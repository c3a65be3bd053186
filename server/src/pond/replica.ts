/**
 * The mark of a pond's folder that was made by copying the pond: `_pond/replica.json`. The folder may come from anybody, so
 * the mark is parsed, and decides nothing but what this folder refuses to do.
 */
import { isPondError, PondError } from '../base/error.ts';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { Fields, parseObject } from '../delta/fields.ts';
import { type Disk, fewValuesBytesMax } from '../storage/disk.ts';
import { makeDirectoryDurable, replaceFile } from '../storage/durable.ts';
import { type QuarantinedFile, type Replica } from './status.ts';
import { quarantinedFiles } from './quarantine.ts';

/** Path of the mark. */
export const replicaPath = '_pond/replica.json';

/** Returns the mark of a folder; undefined where there is none. Fails `pond-damaged` for one that cannot be parsed. */
export function readReplica(disk: Pick<Disk, 'readFile'>): Replica | undefined {
  const bytes = disk.readFile(replicaPath, fewValuesBytesMax);
  if (bytes === undefined) return undefined;
  const place = { file: replicaPath };
  const text = new TextDecoder().decode(bytes);
  const fields = new Fields(parseObject(text, 'the mark of a copy', place), 'replica', place);
  return {
    of: fields.text('of'),
    url: fields.text('url'),
    at: fields.has('at') ? fields.commitNumber('at') : undefined,
    isPartial: fields.has('partial') && fields.flag('partial'),
    isThin: fields.has('thin') && fields.flag('thin'),
    fork: fields.has('fork') ? fields.text('fork') : undefined,
    last: fields.has('last') ? fields.commitNumber('last') : undefined,
  };
}

/**
 * Returns the mark of a copy whose history is still that of its origin: without a commit of its own it can be copied again
 * to follow. Undefined for any other folder.
 */
export function followedOrigin(disk: Pick<Disk, 'readFile'>, latest: CommitNumber): Replica | undefined {
  const replica = readReplica(disk);
  return replica?.last !== undefined && latest > replica.last ? undefined : replica;
}

/** Writes the mark, durably, in the place of an earlier one. */
export function writeReplica(disk: Disk, { of, url, at, isPartial, isThin, fork, last }: Replica): void {
  makeDirectoryDurable(disk, '_pond');
  const parts = { of, url, at: at ?? null, ...(isPartial && { partial: true }), ...(isThin && { thin: true }) };
  const text = JSON.stringify({ ...parts, ...(fork !== undefined && { fork }), ...(last !== undefined && { last }) });
  replaceFile(disk, replicaPath, new TextEncoder().encode(`${text}\n`));
}

/** Removes the mark, durably: from now on the folder is a pond like any other. One without a mark stays as it is. */
export function removeReplica(disk: Disk): void {
  if (disk.stat(replicaPath) === undefined) return;
  disk.remove(replicaPath);
  disk.syncDirectory('_pond');
}

/** Fails `read-only` for a copy of an earlier version, and for one that is not complete. */
export function requireWritable(disk: Disk): void {
  const replica = readReplica(disk);
  if (replica === undefined || (replica.at === undefined && !replica.isPartial)) return;
  const { at, url } = replica;
  if (replica.isPartial) {
    throw new PondError('read-only', `this copy of ${url} is not complete: it is read-only until it is`, {
      path: replicaPath,
      hint: "Run the same 'pond clone' again: it goes on where it stopped.",
    });
  }
  throw new PondError('read-only', `this is version ${at} of the pond at ${url}, made to look at: it is read-only`, {
    path: replicaPath,
    hint: "To go back to that version, clone without --at, and 'pond restore / --at V' there.",
  });
}

/** State of a pond's folder. */
interface FolderStatus {
  readonly quarantined: readonly QuarantinedFile[];
  readonly replica: Replica | undefined;
}

/** Returns the files in the quarantine of a folder, and its mark, unless that cannot be parsed, which is a notice. */
export function folderStatus(disk: Disk): FolderStatus {
  const quarantined = quarantinedFiles(disk);
  try {
    return { quarantined, replica: readReplica(disk) };
  } catch (error) {
    if (!isPondError(error, 'pond-damaged')) throw error;
    return { quarantined, replica: undefined };
  }
}

/** Returns what a person must know of an incomplete copy, as sentences; [] for any other folder. */
export function replicaNotices(disk: Disk): readonly string[] {
  try {
    const replica = readReplica(disk);
    if (replica?.isPartial !== true) return [];
    return [`this copy of ${replica.url} is not complete: run the same 'pond clone' again`];
  } catch (error) {
    if (!isPondError(error, 'pond-damaged')) throw error;
    return [error.message];
  }
}
