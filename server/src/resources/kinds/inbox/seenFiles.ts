/**
 * What an Inbox remembers of the host files that it saw, so that files which did not change are not read again: for
 * each a fingerprint of its state on the host and of its content. Nothing is lost with it but time.
 */
import { createHash } from 'node:crypto';
import { type HostFileState } from '../../../storage/hostScan.ts';
import { type WorkingDirectory } from '../../../tinyfs/workingDirectory.ts';
import { progressName } from '../../model/resourcePath.ts';

/** Two changes in so short a time may leave the same times on the file: the clocks of file systems tick slowly. */
const settledMs = 2000;
const fingerprintLength = 16;

/** What was seen, by path below the home. */
export interface SeenFiles {
  /** True when the file was seen in that very state, with the content of that hash. */
  knows(path: string, state: HostFileState, sha256: string): boolean;
  /**
   * Remembers a file that was read in that state; one that changed just before may change again unnoticed, and is not.
   */
  see(path: string, state: HostFileState, sha256: string): void;
  /** Forgets the files that are not among these, and stores the memory if it is another than before. */
  save(home: WorkingDirectory, paths: ReadonlySet<string>): Promise<void>;
}

/** Returns what the Inbox of a home remembers; nothing when it never ran. `nowMs` is when it looks at the host. */
export async function readSeenFiles(home: WorkingDirectory, nowMs: number): Promise<SeenFiles> {
  const seen = (await home.exists(progressName)) ? parse(await home.readFile(progressName)) : new Map<string, string>();
  let changed = false;

  function forget(path: string): void {
    if (seen.delete(path)) changed = true;
  }

  return {
    knows: (path, state, sha256) => seen.get(path) === fingerprint(state, sha256),
    see(path, state, sha256) {
      if (Math.max(state.modifiedMs, state.changedMs) > nowMs - settledMs) return forget(path);
      const print = fingerprint(state, sha256);
      if (seen.get(path) !== print) changed = true;
      seen.set(path, print);
    },
    async save(into, paths) {
      for (const path of [...seen.keys()]) if (!paths.has(path)) forget(path);
      if (!changed) return;
      const files = Object.fromEntries([...seen].sort(([a], [b]) => (a < b ? -1 : 1)));
      await into.writeFile(progressName, Buffer.from(`${JSON.stringify({ files })}\n`));
    },
  };
}

/** A memory that somebody changed to something else is no memory. */
function parse(bytes: Uint8Array): Map<string, string> {
  try {
    const { files } = JSON.parse(Buffer.from(bytes).toString()) as { readonly files?: unknown };
    return new Map(Object.entries(files ?? {}).map(([path, print]) => [path, String(print)]));
  } catch {
    return new Map();
  }
}

function fingerprint({ sizeBytes, modifiedMs, changedMs }: HostFileState, sha256: string): string {
  const text = [sizeBytes, modifiedMs, changedMs, sha256].join(' ');
  return createHash('sha256').update(text).digest('hex').slice(0, fingerprintLength);
}
