import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { lazy } from '../base/lazy.ts';

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
  return { host: hostname(), ...ofThisProcess() };
}

/** Facts that stay the same while the process runs; the name of the machine may change. */
const ofThisProcess = lazy(() => ({
  boot: unlessMissing(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
  namespace: unlessMissing(() => readlinkSync('/proc/self/ns/pid')),
}));

function unlessMissing(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
