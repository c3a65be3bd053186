/**
 * Cache of the host files that an Inbox has read, so that unchanged files are not read again: for each, a fingerprint
 * of its host state and content. Losing it costs only time.
 */
import { fieldsOf, parseJson } from '../../../base/json.ts';
import { sha256Of } from '../../../base/sha256.ts';
import { type HostFileState } from '../../../storage/hostScan.ts';
import { type WorkingDirectory } from '../../../tinyfs/workingDirectory.ts';
import { progressName } from '../../model/resourcePath.ts';

/** Two changes within this time may leave the same timestamps on the file: clocks of file systems are coarse. */
const settledMs = 2000;
const fingerprintLength = 16;

/** Files read, by path relative to the resource directory. */
export interface SeenFiles {
  /** True when the file was seen in that exact state, with the content of that hash. */
  knows(path: string, state: HostFileState, sha256: string): boolean;
  /** Records a file read in that state, unless it changed just before: it may change again undetected. */
  see(path: string, state: HostFileState, sha256: string): void;
  /** Drops the files that are not in `paths`, and stores the cache if it changed. */
  save(home: WorkingDirectory, paths: ReadonlySet<string>): Promise<void>;
}

/**
 * Returns the cache of the Inbox in a resource directory; empty before its first run. `nowMs` is the time of the scan.
 */
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

/** A cache changed to an invalid format is ignored. */
function parse(bytes: Uint8Array): Map<string, string> {
  const files = fieldsOf(fieldsOf(parseJson(bytes))['files']);
  return new Map(Object.entries(files).map(([path, print]) => [path, String(print)]));
}

function fingerprint({ sizeBytes, modifiedMs, changedMs }: HostFileState, sha256: string): string {
  const text = [sizeBytes, modifiedMs, changedMs, sha256].join(' ');
  return sha256Of(text).slice(0, fingerprintLength);
}
