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

/** Seconds of this process, and on Linux also of the processes that it started and saw end. */
function usedSeconds() {
  if (process.platform === 'linux') {
    // The name of the program, in parentheses, may contain spaces. utime, stime, cutime and cstime are fields 14 to 17.
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
      .slice(11, 15);
    return fields.reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond;
  }
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
