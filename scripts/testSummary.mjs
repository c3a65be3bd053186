/** The last lines of a test run: tests that were skipped, and flows in VS Code that passed or failed on a retry. */

/** The first words of a diagnostic of a test: a flow in VS Code failed and was retried. The flow and the reason follow. */
export const retriedFlow = 'retried flow';

/** With more retries in one run, the cause is not the chance event that a retry is meant for. */
const retriedMax = 2;

/**
 * `skipped`: the reason of each skipped test. `retried`: a `retriedFlow` diagnostic for each retry.
 * @typedef {{ readonly skipped: readonly string[], readonly retried: readonly string[] }} RunRecord
 */

/**
 * The lines to print, none when nothing was skipped or retried, and whether the run fails though its tests passed.
 * @param {RunRecord} record
 * @returns {{ lines: readonly string[], failed: boolean }}
 */
export function summarize({ skipped, retried }) {
  const failed = retried.length > retriedMax;
  const lines = [...skippedLines(skipped), ...retried];
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
