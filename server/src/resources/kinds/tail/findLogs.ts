/** Files of logs on the host: the one that grows, and those that it was rotated to. */
import { type HostFileState, scanHost } from '../../../storage/hostScan.ts';
import { type HostPattern } from '../inbox/hostPattern.ts';
import { type Notes } from '../inbox/notes.ts';

/** A file of a log. */
export interface FoundLogFile {
  readonly hostPath: string;
  readonly state: HostFileState;
  readonly isCompressed: boolean;
  readonly isLive: boolean;
}

/** A log: its files, the oldest first, and the one that grows last, if it is there. */
export interface FoundLog {
  /** Names of the growing file below the folder of the pattern. */
  readonly names: readonly string[];
  readonly files: readonly FoundLogFile[];
}

/** Names of rotated files: `x.log.1`, `x.log.2.gz`, `x.log-20260131`, `x.log.gz`. */
const rotated = /^(.+?)(?:\.\d{1,3}|-\d{8}(?:-\d+)?)?(\.gz)?$/s;

/** Returns the logs whose growing file matches the pattern, by its path; files that cannot be read are noted. */
export async function findLogs(
  pattern: HostPattern,
  notes: Notes,
  yieldToEventLoop: () => Promise<void>,
): Promise<readonly FoundLog[]> {
  const logs = new Map<string, FoundLogFile[]>();
  for (const found of scanHost(pattern.folder, pattern.mayContain)) {
    await yieldToEventLoop();
    const { kind, hostPath, names } = found;
    if (kind === 'failed') notes.failed(hostPath, found.error.message);
    const live = liveNames(names, pattern);
    if (live === undefined || kind === 'failed') continue;
    if (kind === 'skipped') {
      notes.skipped(hostPath, found.reason);
      continue;
    }
    const isLive = live === names;
    const isCompressed = !isLive && hostPath.endsWith('.gz');
    const path = live.join('/');
    logs.set(path, [...(logs.get(path) ?? []), { hostPath, state: found.state, isCompressed, isLive }]);
  }
  return [...logs].map(([path, files]) => ({ names: path.split('/'), files: inOrder(files) }));
}

/** Returns the names of the growing file that a file belongs to; `names` themselves when it is that file. */
function liveNames(names: readonly string[], pattern: HostPattern): readonly string[] | undefined {
  const last = names.at(-1) ?? '';
  const base = rotated.exec(last)?.[1] ?? last;
  const live = [...names.slice(0, -1), base];
  if (base !== last && pattern.matches(live)) return live;
  return pattern.matches(names) ? names : undefined;
}

/** Orders by the time of the last change, and leaves out a file that is just being compressed: the other one is whole. */
function inOrder(files: readonly FoundLogFile[]): readonly FoundLogFile[] {
  const paths = new Set(files.map(({ hostPath }) => hostPath));
  return files
    .filter(({ hostPath, isCompressed }) => !isCompressed || !paths.has(hostPath.slice(0, -'.gz'.length)))
    .sort(
      (a, b) =>
        Number(a.isLive) - Number(b.isLive) ||
        a.state.modifiedMs - b.state.modifiedMs ||
        rotationOf(b.hostPath) - rotationOf(a.hostPath),
    );
}

/** The number in the name of a rotated file; 0 without one. */
function rotationOf(hostPath: string): number {
  return Number(/\.(\d{1,3})(?:\.gz)?$/.exec(hostPath)?.[1] ?? 0);
}
