import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makeMissingFolders } from './missingFolders.ts';
import { isRunning, processStart } from './processStart.ts';
import { raise } from './storageError.ts';
import { removeTemporaryDirectory, type TemporaryDirectory } from './temporaryDirectory.ts';
import { userTemporaryFolder } from './userFolder.ts';

/**
 * Makes a folder that only this user can access, for data that need not outlive this process. First removes the folders
 * of processes that ended without removing theirs. Fails with the storage codes.
 */
export function makeProcessFolder(): TemporaryDirectory {
  const parent = join(userTemporaryFolder(), 'processes');
  const path = join(parent, `${space()}-${process.pid}-${processStart(process.pid) ?? ''}-${randomUUID()}`);
  try {
    makeMissingFolders(parent, 0o700);
    for (const name of readdirSync(parent)) if (isLeftOver(name)) removeTemporaryDirectory(join(parent, name));
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    raise(error, 'make directory', path);
  }
  return { path, remove: () => removeTemporaryDirectory(path) };
}

/** True for the folder of a process that is known to have ended. */
function isLeftOver(name: string): boolean {
  const [, at, pid, start] = /^(\d+)-(\d+)-(\d*)-[-0-9a-f]{36}$/.exec(name) ?? [];
  return at === space() && !isRunning(Number(pid), start === '' ? undefined : start);
}

/** The space in which process IDs are unique: containers that share a folder number their processes separately. */
function space(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}
