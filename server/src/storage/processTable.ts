import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** The table in which a process id has its meaning: that of one start of one machine, or of one container. */
export interface ProcessTable {
  readonly host: string;
  /** Id of the machine's start; undefined where the system does not provide it. Containers share that of the machine. */
  readonly boot: string | undefined;
  /** Name of the namespace of process ids; undefined where the system has none. */
  readonly namespace: string | undefined;
}

/** Returns the table of this process. */
export function ownProcessTable(): ProcessTable {
  return {
    host: hostname(),
    boot: unlessMissing(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: unlessMissing(() => readlinkSync('/proc/self/ns/pid')),
  };
}

/**
 * Returns the start time of a process, in the system's own units, as text that differs between two processes that
 * reused a pid. Undefined where the system does not provide it (it is read from Linux's /proc) and when there is no
 * such process.
 */
export function processStart(pid: number): string | undefined {
  const stat = unlessMissing(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The second field is the command in parentheses and may hold anything; field 22 of proc(5) is the start time.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function unlessMissing(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
