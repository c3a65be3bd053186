import { readFileSync } from 'node:fs';

/**
 * Returns the start time of a process, in the system's own units, as text that differs between two processes that
 * reused a pid. Undefined where the system does not provide it (it is read from Linux's /proc) and when there is no
 * such process.
 */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may hold anything; field 22 of proc(5) is the start time.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
