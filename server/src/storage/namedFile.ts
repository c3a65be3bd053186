/**
 * Writes the one host file that a person named. Links are followed. A regular file is replaced whole, so a failure
 * leaves it as it was; a named pipe, a device and a stream of the process have no name to replace: they are written in
 * place.
 */
import { chmodSync, lstatSync, readlinkSync, realpathSync, renameSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { PondError } from '../base/error.ts';
import { removeHostFile, writeToStream } from './namedStream.ts';
import { temporaryPathIn } from './durable.ts';
import { errnoOf, raise } from './storageError.ts';
import { makeProcessFolder } from './processFolder.ts';

/** The final target of a path that a person named, links followed. */
interface NamedFile {
  /**
   * - `file`: a regular file, or nothing yet.
   * - `stream`: a named pipe or a device.
   * - `descriptor`: an open file of the calling process, such as `/dev/stdout`; it differs in another process.
   */
  readonly kind: 'file' | 'stream' | 'descriptor';
  /** Absolute host path. */
  readonly path: string;
}

/** Same limit as Linux. */
const linksMax = 40;

/** Names of open files of the process itself. */
const descriptorName = /^\/(?:dev\/(?:fd\/\d+|stdout|stderr)|proc\/(?:self|thread-self|\d+)\/fd\/\d+)$/;

/**
 * Returns the file at the end of a host path. Fails `not-found` when its folder is missing, `is-a-directory` for a
 * folder, `symlink-loop`, and with the storage codes.
 */
export function namedFile(path: string): NamedFile {
  let at = resolve(path);
  for (let links = 0; links <= linksMax; links++) {
    if (descriptorName.test(at)) return { kind: 'descriptor', path: at };
    at = join(realFolder(dirname(at), path), basename(at));
    const found = lstatOrMissing(at);
    if (found?.isSymbolicLink() !== true) return { kind: kindOf(found, path), path: at };
    at = resolve(dirname(at), readlinkSync(at));
  }
  throw new PondError('symlink-loop', `${path} is a circle of links`, { path });
}

/**
 * Runs `make`, which writes a file at the given unused path, and moves that content to the target: it replaces a
 * regular file, or is written to a stream. Returns the result of `make`. A failure or an abort leaves a regular file
 * unchanged.
 */
export async function writeNamedFile<T>(
  { kind, path }: NamedFile,
  make: (temporary: string) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (kind === 'file') return await replaceWith(path, make);
  const folder = makeProcessFolder();
  try {
    const temporary = join(folder.path, 'content');
    const result = await make(temporary);
    await writeToStream(temporary, path, signal);
    return result;
  } finally {
    folder.remove();
  }
}

async function replaceWith<T>(path: string, make: (temporary: string) => Promise<T>): Promise<T> {
  const temporary = join(dirname(path), temporaryPathIn(''));
  try {
    const result = await make(temporary);
    const before = statSync(path, { throwIfNoEntry: false });
    // A user who could not read the file before must not be able to read its replacement.
    if (before !== undefined) chmodSync(temporary, before.mode & 0o7777);
    renameSync(temporary, path);
    return result;
  } catch (error) {
    return raise(error, 'write', path);
  } finally {
    removeHostFile(temporary);
  }
}

function kindOf(found: Stats | undefined, path: string): NamedFile['kind'] {
  if (found === undefined || found.isFile()) return 'file';
  if (!found.isDirectory()) return 'stream';
  throw new PondError('is-a-directory', `expected a file at ${path}, got a directory`, { path, hint: nameAFile });
}

const nameAFile = 'Name a file in an existing folder.';

/** Returns the real path of a parent folder of `path`. */
function realFolder(folder: string, path: string): string {
  try {
    const real = realpathSync.native(folder);
    if (statSync(real).isDirectory()) return real;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== 'ENOENT' && errno !== 'ENOTDIR') raise(error, 'open', folder);
  }
  throw new PondError('not-found', `no folder is at ${folder} on this machine`, { path, hint: nameAFile });
}

function lstatOrMissing(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    return raise(error, 'open', path);
  }
}
