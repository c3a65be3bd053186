import { existsSync, readFileSync } from 'node:fs';

/** Clock ticks per second in /proc, on all systems that have it. */
const ticksPerSecond = 100;

const children = `/proc/self/task/${process.pid}/children`;

/**
 * Returns the milliseconds of processor time of this process, and on Linux also of the processes that it started: other
 * programs on the machine do not change it much, as they do wall time.
 */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  if (!existsSync(children)) return (user + system) / 1000;
  const running = readFileSync(children, 'utf8').trim().split(' ');
  // A process that has ended counts as before: else the time between two calls could be negative.
  const [, , ...ended] = fieldsOf('self');
  const ticks = running.filter((pid) => pid !== '').reduce((sum, pid) => sum + sumOf(fieldsOf(pid)), sumOf(ended));
  return (user + system) / 1000 + (ticks * 1000) / ticksPerSecond;
}

/** Clock ticks that a process used, as user and system, and those of its children that ended; none when it is gone. */
function fieldsOf(pid: string): readonly number[] {
  let stat = '';
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return [];
  }
  // The name of the program, in parentheses, may contain spaces. utime, stime, cutime and cstime are fields 14 to 17.
  const fields = stat
    .replace(/^.*\) /s, '')
    .split(' ')
    .slice(11, 15);
  return fields.map(Number);
}

const sumOf = (ticks: readonly number[]): number => ticks.reduce((sum, each) => sum + each, 0);
