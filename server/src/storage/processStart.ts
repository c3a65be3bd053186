import { readFileSync } from 'node:fs';
import { lazy } from '../base/lazy.ts';
import { errnoOf } from './storageError.ts';

/**
 * Returns the start time of a process, in the system's own units, as text that differs between two processes that
 * reused a pid. Undefined where the system does not provide it (it is read from Linux's /proc) and when there is no
 * such process.
 */
export function processStart(pid: number): string | undefined {
  return pid === process.pid ? ownStart() : readStart(pid);
}

const ownStart = lazy(() => readStart(process.pid));

function readStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may hold anything; field 22 of proc(5) is the start time.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** False when a process has ended; `started` is its start time, undefined when unknown. */
export function isRunning(pid: number, started: string | undefined): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return false;
  }
  const now = processStart(pid);
  return started === undefined || now === undefined || now === started;
}
