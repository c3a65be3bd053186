/** Parts of the server that the terminal uses, apart from its commands: host files. */
import { dirname, join, resolve } from 'node:path';
import { openHostDisk } from './storage/hostDisk.ts';

export { type Host } from './commands/calls.ts';
export { hostFileHash } from './commands/contentHash.ts';
export { hostFolder } from './apply/hostFolder.ts';
export { descriptorInput } from './storage/descriptorInput.ts';
export { type HistoryFile, historyFile } from './storage/historyFile.ts';
export { namedFile, writeNamedFile } from './storage/namedFile.ts';

/** Returns the host directory of a folder's pond: the `.pond` of the folder or of its nearest ancestor. */
export function findPond(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (openHostDisk(at).stat('.pond')?.kind === 'directory') return join(at, '.pond');
    if (at === dirname(at)) return undefined;
  }
}
