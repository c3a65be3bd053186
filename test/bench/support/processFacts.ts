/** Facts about live processes, as Linux reports them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** True where the system reports facts about processes. */
export const hasProcessFacts = existsSync('/proc/self/status');

/** Ids of the live processes that a process started; none where the system does not report them. */
export function childrenOf(pid: number): readonly number[] {
  return namesIn('/proc')
    .filter((name) => /^\d+$/.test(name) && statusOf(Number(name), 'PPid') === pid)
    .map(Number);
}

/** Peak memory of a process so far, MiB; 0 for one that ended, and where the system does not report it. */
export function peakMemory(pid: number): number {
  return (statusOf(pid, 'VmHWM') ?? 0) / 1024;
}

/** Present memory of a process, MiB; 0 as in peakMemory. */
export function residentMemory(pid: number): number {
  return (statusOf(pid, 'VmRSS') ?? 0) / 1024;
}

/** Processor time of the live threads of a process, milliseconds; 0 as in peakMemory. */
export function processorTime(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const timeOf = (task: string): number => Number(textOf(`${tasks}/${task}/schedstat`).split(' ')[0]) / 1e6;
  return namesIn(tasks).reduce((sum, task) => sum + timeOf(task), 0);
}

function statusOf(pid: number, field: string): number | undefined {
  const found = new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(textOf(`/proc/${pid}/status`))?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Empty for a process or thread that ended in the meantime. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
