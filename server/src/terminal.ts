/** Parts of the server that the terminal uses, apart from its commands: host files. */
import { dirname, join, resolve } from 'node:path';
import { openHostDisk } from './storage/hostDisk.ts';

export { type Host } from './commands/calls.ts';
export { hostFileHash } from './commands/contentHash.ts';
export { hostFolder } from './apply/hostFolder.ts';
export { descriptorInput } from './storage/descriptorInput.ts';
export { type HistoryFile, historyFile } from './storage/historyFile.ts';
export { namedFile, writeNamedFile } from './storage/namedFile.ts';

/** Returns the host directory of the pond that a folder is, or has as `.pond`. Undefined without any. */
export function pondIn(folder: string): string | undefined {
  const disk = openHostDisk(folder);
  const isFolder = (name: string): boolean => disk.stat(name)?.kind === 'directory';
  if (isFolder('.pond')) return join(folder, '.pond');
  // A Delta table of another program has no `_pond`.
  return isFolder('_delta_log') && isFolder('_pond') ? folder : undefined;
}

/** As `pondIn`, of the folder or else of its nearest ancestor. */
export function findPond(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const pond = pondIn(at);
    if (pond !== undefined || at === dirname(at)) return pond;
  }
}
