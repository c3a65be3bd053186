/** Accessibility of the pages that the extension draws, as axe-core judges it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FrameLocator } from 'playwright-core';
import { root } from '../../scripts/run.mjs';

/** The part of axe's report that is read. */
interface Report {
  readonly violations: readonly {
    readonly id: string;
    readonly impact?: string | null;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/**
 * Runs axe in a page. A region that scrolls inside a grid with the focus is left out: the keys of the grid scroll it, and a
 * stop of its own would be one too many.
 */
const runAxe = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => ({
  violations: violations.map((violation) => ({
    ...violation,
    nodes: violation.nodes.filter(({ target }) => {
      const inGrid = document.querySelector(target[0])?.parentElement?.closest('[role=grid][tabindex="0"]');
      return violation.id !== 'scrollable-region-focusable' || inGrid == null;
    }),
  })),
}))`;

/** Returns the serious and critical violations on a page, one line each; empty for a page without any. */
export async function seriousViolations(page: FrameLocator): Promise<readonly string[]> {
  const element = await page.locator('html').elementHandle();
  const frame = await element?.ownerFrame();
  if (frame === null || frame === undefined) throw new Error('the page is gone');
  // A page keeps it: its half megabyte takes as long to load as to run.
  if (!(await frame.evaluate<boolean>("'axe' in globalThis")))
    await frame.evaluate(readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8'));
  const report = await frame.evaluate<Report>(runAxe);
  return report.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary = '' }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary}`),
    );
}
