/**
 * Preloaded into the process of each test file: appends a line of JSON, the file and its processor time, to the file that
 * the variable POND_TEST_TIMES names. Wall times of files that run at the same time say little about their cost.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** Clock ticks per second in /proc, on all systems that have it. */
const ticksPerSecond = 100;

const times = process.env['POND_TEST_TIMES'];
if (times !== undefined && isMainThread) {
  process.once('exit', () => appendFileSync(times, `${JSON.stringify([process.argv[1], usedSeconds()])}\n`));
}

/** Seconds of this process, and on Linux also of the processes that it started. */
function usedSeconds() {
  if (process.platform === 'linux') {
    const running = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
    const processes = ['self', ...running.filter((pid) => pid !== '')];
    return processes.reduce((sum, pid) => sum + ticksOf(pid), 0) / ticksPerSecond;
  }
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/**
 * Clock ticks that a process used, with its children that ended; 0 when it is gone.
 * @param {string} pid
 */
function ticksOf(pid) {
  let stat = '';
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return 0;
  }
  // The name of the program, in parentheses, may contain spaces. utime, stime, cutime and cstime are fields 14 to 17.
  const fields = stat
    .replace(/^.*\) /s, '')
    .split(' ')
    .slice(11, 15);
  return fields.reduce((sum, ticks) => sum + Number(ticks), 0);
}
