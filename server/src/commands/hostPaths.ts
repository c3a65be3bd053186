/** Checks of the host folders that a command is given: their content and their parents. */
import { dirname, join, resolve } from 'node:path';
import { PondError } from '../base/error.ts';
import { type Disk, type OpenDisk } from '../storage/disk.ts';
import { isBelowHostPath, realHostPath } from '../storage/hostTree.ts';

/**
 * Names allowed in the folder of a new pond: hidden files, those that disks come with, and what a crash left of a pond.
 */
const isIgnored = (name: string): boolean => /^(\.|lost\+found$|_pond$|_delta_log$)/.test(name);

/**
 * Checks that a pond can be created at a host path: an empty folder of its own, or a path that does not exist yet.
 * Fails `already-exists` for a file, for a folder with other content and inside another pond, `not-a-directory` below a
 * file.
 */
export function requirePondDirectory(openDisk: OpenDisk, directory: string): void {
  const path = resolve(directory);
  const disk = openDisk(path);
  const existing = disk.stat('');
  if (existing?.kind === 'file') {
    const hint = 'Name a folder, or a path that does not exist.';
    throw new PondError('already-exists', `a file is at ${path}`, { path, hint });
  }
  checkAbove(openDisk, path);
  if (existing === undefined || isPond(disk)) return;
  if (disk.list('').every(isIgnored)) return;
  throw new PondError('already-exists', `expected an empty folder for the pond, got files in ${path}`, {
    path,
    hint: `'pond init ${join(directory, '.pond')}' creates one next to them, and commands in that folder find it.`,
  });
}

function checkAbove(openDisk: OpenDisk, path: string): void {
  for (let at = dirname(path); ; at = dirname(at)) {
    const disk = openDisk(at);
    const kind = disk.stat('')?.kind;
    if (kind === 'file') {
      throw new PondError('not-a-directory', `${at} is a file: no folder can be created at ${path}`, {
        path: at,
        hint: 'Check the spelling of the host path.',
      });
    }
    if (kind === 'directory' && isPond(disk)) {
      const hint = 'Go to a folder outside that pond, or name one.';
      throw new PondError('already-exists', `${path} would be inside the pond at ${at}`, { path, hint });
    }
    if (at === dirname(at)) return;
  }
}

const isPond = (disk: Disk): boolean =>
  disk.stat('_pond')?.kind === 'directory' && disk.stat('_delta_log')?.kind === 'directory';

/** True for a pond's folder and everything in it. */
export function isInside(pond: string, hostPath: string): boolean {
  return realHostPath(hostPath) === realHostPath(pond) || isBelowHostPath(pond, hostPath);
}

/** Fails `invalid-path` for a host path in the pond's folder, whose files belong to the pond. */
export function requireOutside(pond: string, hostPath: string): void {
  if (!isInside(pond, hostPath)) return;
  throw new PondError('invalid-path', `${hostPath} is inside the pond's own folder`, {
    path: hostPath,
    hint: 'Name a folder outside the pond.',
  });
}
