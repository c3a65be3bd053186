/** Facts about live processes, as Linux reports them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** True where the system reports facts about processes. */
export const hasProcessFacts = existsSync('/proc/self/status');

/** Ids of the live processes that a process started; none where the system does not report them. */
export function childrenOf(pid: number): readonly number[] {
  const names = hasProcessFacts ? readdirSync('/proc') : [];
  return names.filter((name) => /^\d+$/.test(name) && statusOf(Number(name), 'PPid') === pid).map(Number);
}

/** Peak memory of a process so far, MiB; 0 for one that ended, and where the system does not report it. */
export function peakMemory(pid: number): number {
  return (statusOf(pid, 'VmHWM') ?? 0) / 1024;
}

/** Present memory of a process, MiB; 0 as in peakMemory. */
export function residentMemory(pid: number): number {
  return (statusOf(pid, 'VmRSS') ?? 0) / 1024;
}

/** Processor time of a process so far, milliseconds in steps of ten; 0 as in peakMemory. */
export function processorTime(pid: number): number {
  // The name of the program, which may have spaces, ends with the last parenthesis.
  const fields = textOf(`/proc/${pid}/stat`).split(') ').at(-1)!.split(' ');
  return 10 * (Number(fields[11] ?? 0) + Number(fields[12] ?? 0));
}

function statusOf(pid: number, field: string): number | undefined {
  const found = new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(textOf(`/proc/${pid}/status`))?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Empty for a process that ended in the meantime. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
