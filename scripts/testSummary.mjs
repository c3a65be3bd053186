/** The last lines of a test run: skipped tests, the slowest and dearest files, and flows in VS Code that were retried. */

/** The first words of a diagnostic of a test: a flow in VS Code failed and was retried. The flow and the reason follow. */
export const retriedFlow = 'retried flow';

/** Files that the summary lists as the slowest, and as the dearest. */
const slowestCount = 10;

/** With more retries in one run, the cause is not the chance event that a retry is meant for. */
const retriedMax = 2;

/**
 * `skipped`: the reason of each skipped test. `retried`: a `retriedFlow` diagnostic for each retry. `durations`:
 * milliseconds of the tests of each file. `processorTimes`: seconds of processor time of each file.
 * @typedef {{
 *   readonly skipped: readonly string[],
 *   readonly retried: readonly string[],
 *   readonly durations: ReadonlyMap<string, number>,
 *   readonly processorTimes: ReadonlyMap<string, number>,
 * }} RunRecord
 */

/**
 * The lines to print, none when nothing was skipped or retried, and whether the run fails though its tests passed.
 * @param {RunRecord} record
 * @returns {{ lines: readonly string[], failed: boolean }}
 */
export function summarize({ skipped, retried, durations, processorTimes }) {
  const failed = retried.length > retriedMax;
  const lines = [...skippedLines(skipped), ...slowestLine(durations), ...dearestLine(processorTimes), ...retried];
  if (failed) lines.push(`${retried.length} flows were retried: a run fails with more than ${retriedMax}`);
  return { lines, failed };
}

/** @param {readonly string[]} reasons */
function skippedLines(reasons) {
  return [...new Set(reasons)].map((reason) => {
    const count = reasons.filter((other) => other === reason).length;
    return `${count} ${count === 1 ? 'test was' : 'tests were'} skipped: ${reason}`;
  });
}

/**
 * The order in which the slow files should start (slowGroups in testFiles.mjs).
 * @param {ReadonlyMap<string, number>} durations
 */
function slowestLine(durations) {
  if (durations.size < slowestCount) return [];
  return [`slowest files: ${listed(new Map([...durations].map(([file, ms]) => [file, ms / 1000])))}`];
}

/**
 * Where a faster suite begins.
 * @param {ReadonlyMap<string, number>} times
 */
function dearestLine(times) {
  if (times.size < slowestCount) return [];
  const all = [...times.values()].reduce((sum, seconds) => sum + seconds, 0);
  return [`processor time: ${Math.round(all)} s in all, ${listed(times)}`];
}

/** @param {ReadonlyMap<string, number>} seconds */
function listed(seconds) {
  const most = [...seconds].sort(([, a], [, b]) => b - a).slice(0, slowestCount);
  return most.map(([file, time]) => `${file} ${Math.round(time)} s`).join(', ');
}
