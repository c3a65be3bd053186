/** Logs that got another name, which matches the pattern too: in one series of all files, their rows must not come again. */
import { lazy } from '../../../base/lazy.ts';
import { type FoundLog, type FoundLogFile } from './findLogs.ts';
import { logFile } from './logFile.ts';
import { continues, type LogFile, type ReadLog, type ReadLogs, sampleBytes } from './readLogs.ts';

interface NamedLog {
  readonly name: string;
  readonly log: ReadLog;
  /** Resolves to true when its name has had no such file since the last run. */
  readonly isGone: () => Promise<boolean>;
}

/**
 * Returns what was read, with each log that was renamed under its new name, also one that was copied and then truncated.
 * `scratch` is a host path before which temporary files are named.
 */
export async function renamedLogs(found: readonly FoundLog[], known: ReadLogs, scratch: string): Promise<ReadLogs> {
  const files = new Map(found.map((log) => [log.names.join('/'), log.files]));
  const read = namedLogs(known, files);
  const logs = new Map(known);
  for (const [name, own] of files) {
    const inodes = new Set((known.get(name) ?? []).map(inodeOf));
    for (const [index, file] of own.entries()) {
      if (inodes.has(String(file.state.inode)) || (known.has(name) && !file.isLive)) continue;
      const source = await sourceOf(logFile(file, `${scratch}-${index}`), name, read);
      if (source === undefined) continue;
      logs.set(
        source.name,
        (logs.get(source.name) ?? []).filter((log) => log !== source.log),
      );
      logs.set(name, [...(logs.get(name) ?? []), source.log]);
    }
  }
  return logs;
}

const inodeOf = ({ stamp }: ReadLog): string => stamp.split(' ')[0] ?? '';

/** The logs that were read, the longest first. */
function namedLogs(known: ReadLogs, files: ReadonlyMap<string, readonly FoundLogFile[]>): readonly NamedLog[] {
  const named = [...known].flatMap(([name, logs]) =>
    logs
      .filter(({ offset }) => offset > 0)
      .map((log) => {
        const file = files.get(name)?.find(({ state }) => String(state.inode) === inodeOf(log));
        const isGone = lazy(async () => log.isAbsent !== true && (file === undefined || !(await isStillIn(file, log))));
        return { name, log, isGone };
      }),
  );
  return named.sort((a, b) => b.log.offset - a.log.offset);
}

async function isStillIn(found: FoundLogFile, log: ReadLog): Promise<boolean> {
  // A compressed file is not written to.
  const file = logFile(found, '');
  return file.isCompressed || file.stamp === log.stamp || (await continues(file, log));
}

/** Returns the first log that a file continues under another name. */
async function sourceOf(file: LogFile, name: string, read: readonly NamedLog[]): Promise<NamedLog | undefined> {
  for (const other of read) if (other.name !== name && (await isMoved(file, other))) return other;
  return undefined;
}

/** Two logs may begin alike by chance, so a short one is the same only in the same file, or where all of it is. */
async function isMoved(file: LogFile, { log, isGone }: NamedLog): Promise<boolean> {
  const isSameFile = file.inode !== 0 && String(file.inode) === inodeOf(log);
  if (!(isSameFile || (await isGone())) || !(await continues(file, log))) return false;
  return isSameFile || log.offset >= sampleBytes || (await file.content()).sizeBytes === log.offset;
}
