/**
 * The editor in a real VS Code: the suite that runs inside its extension host, then flows with the keyboard. Saves
 * screenshots in out/screenshots/. Needs the output of `npm run build`.
 */
import assert from 'node:assert/strict';
import { mkdtemp, mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type FrameLocator, type Page } from 'playwright-core';
import { root } from '../../scripts/run.mjs';
import { checkLegible } from '../support/legible.ts';
import { runPond } from '../support/pondCommand.ts';
import { type Window } from '../support/workbench.ts';
import { flows, flowTimeoutMs as timeout, type FlowFiles } from '../support/workbenchFlows.ts';
import { comeBackToTable, queryAndRestart, workOnTable } from './tableFlow.ts';
import {
  explorerRow,
  listRow,
  openInExplorer,
  pressInBar,
  query,
  runCommand,
  webview,
} from '../support/workbenchPerson.ts';
import { pondFolder } from '../support/workspaceFile.ts';

const suiteTimeoutMs = 600_000;

const resource = [
  'apiVersion: www.hydrovu.com/v1',
  'kind: Inbox',
  'nam: stations',
  'spec:',
  '  pattern: /in/*.csv',
  '',
].join('\n');

async function makeHome(): Promise<string> {
  return realpath(await mkdtemp(join(tmpdir(), 'pond-editor-test-')));
}

/** A workspace of an empty host folder, for the suite inside the extension host. */
async function makeSuite(): Promise<FlowFiles> {
  const home = await makeHome();
  await mkdir(join(home, 'files'));
  return { home, folders: [{ path: 'files' }] };
}

/** A pond with real data and two staged changes. */
async function makeDemo(): Promise<FlowFiles> {
  const home = await makeHome();
  try {
    await fill(home);
    return { home, folders: [pondFolder(demoOf(home), 'demo')] };
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

const demoOf = (home: string): string => join(home, 'demo.pond');

/** Runs a command of the terminal on the demo pond. */
async function runIn(home: string, ...args: readonly string[]): Promise<void> {
  const { status, stderr } = await runPond(['--pond', demoOf(home), ...args], { cwd: home });
  assert.equal(status, 0, stderr);
}

async function fill(home: string): Promise<void> {
  const data = join(root, 'node_modules', 'vega-datasets', 'data');
  const run = (...args: readonly string[]): Promise<void> => runIn(home, ...args);
  await run('init', demoOf(home));
  await run('mkdir', '/weather');
  await run('import', join(data, 'seattle-weather.csv'), join(data, 'weather.csv'), '/weather');
  await run('import', join(data, 'flights-3m.parquet'), '/');
  await run('commit', '-m', 'Import the data sets');
  const staged = join(home, 'stations.yaml');
  await writeFile(staged, resource);
  await run('import', staged, '/');
  await run('rm', '/weather/weather.csv');
}

describe('the editor', () => {
  test('the suite inside the extension host passes', { timeout: 2 * suiteTimeoutMs + timeout }, async (t) => {
    const tests = join(root, 'out', 'test', 'editor', 'index.cjs');
    await flows.alone(
      t,
      'suite',
      makeSuite,
      async ({ finished, screenshot }) => {
        const { lines, failure } = await finished(suiteTimeoutMs - 10_000);
        await screenshot('suite');
        assert.equal(failure, undefined, lines.join('\n'));
        for (const line of lines.filter((text) => text.includes('; ratio '))) t.diagnostic(line);
        assert.ok(lines.some((line) => line.startsWith('ok - ')));
      },
      { tests, attemptMs: suiteTimeoutMs },
    );
  });

  test(
    'staged changes are committed, a table is there again after a reload, and a long result is plotted',
    { timeout },
    async (t) => {
      await flows.through(t, 'demo', makeDemo, async (window, files) => {
        await restored(window);
        await discard(window, files);
        await commit(window);
        // As in a window of its own: the next parts find their tabs and pages by name.
        await runCommand(window.page, 'View: Close All Editors');
        await workOnTable(window);
        await comeBackToTable(window);
        await queryAndRestart(window);
        await checkLegible(window, 'table', webview(window.page));
        await scroll(window);
        await plot(window);
      });
    },
  );
});

/** The last row of a long result is shown when a user goes there. */
async function scroll({ page, screenshot }: Window): Promise<void> {
  const grid = await query(page, 'SELECT *, nullif(delay, 0) AS late\nFROM "/flights-3m.parquet"');
  // Until it is shown, the last page is that of the filtered table.
  await grid
    .locator('.summary')
    .filter({ hasText: /^3,000,000 rows/ })
    .waitFor();
  const table = grid.getByRole('grid');
  assert.equal(await table.getAttribute('aria-rowcount'), '3000001');
  await grid.locator('#c0-0').filter({ hasNotText: '…' }).waitFor();
  await screenshot('grid-start');
  await table.focus();
  await page.keyboard.press('Control+End');
  await grid.locator('[id^="c2999999-"]').filter({ hasNotText: '…' }).first().waitFor();
  await grid.locator('.cell.null').first().waitFor();
  assert.equal(await grid.locator('.cell.focused').getAttribute('id'), `c2999999-${(await columnCount(table)) - 1}`);
  await page.keyboard.press('Control+a');
  await grid
    .getByRole('status', { name: 'Selection' })
    .filter({ hasText: /^Count [\d,]+ · NULL [\d,]+ · Numbers / })
    .waitFor();
  await screenshot('grid-end');
}

/** A result is plotted over its time column, with a choice of columns. */
async function plot({ page, screenshot }: Window): Promise<void> {
  const grid = await query(
    page,
    'SELECT date, temp_max, temp_min, precipitation * 1000 AS rain, weather FROM "/weather/seattle-weather.csv"',
  );
  // Until it is shown, the last page is that of an earlier result.
  await grid.locator('.summary').filter({ hasText: '1,461 rows' }).waitFor();
  await pressInBar(grid, 'Plot');
  await grid.getByRole('img', { name: 'temp_max, temp_min by date' }).waitFor();
  // On the axis of the rain, the temperatures would look flat.
  await grid.getByRole('img', { name: 'rain by date' }).waitFor();
  assert.equal(await grid.locator('[aria-label="line"] path').count(), 3);
  assert.equal(await grid.locator('[aria-label="x-axis tick label"]').count(), 1);
  await screenshot('plot');
  await grid.getByRole('button', { name: 'temp_min' }).click();
  await grid.getByRole('img', { name: 'temp_max by date' }).waitFor();
  await pressInBar(grid, 'Rows');
  await grid.locator('#c0-0').filter({ hasText: '2012-01-01' }).waitFor();
  await copyCells(page, grid);
}

/** The clipboard contains four cells with the names of their columns. */
async function copyCells(page: Page, grid: FrameLocator): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await grid.getByRole('grid').focus();
  for (const key of ['Control+Home', 'Shift+ArrowRight', 'Shift+ArrowDown', 'Control+C'])
    await page.keyboard.press(key);
  // Announced on the screen and to a screen reader.
  await grid.locator('.position').filter({ hasText: '2 rows copied' }).waitFor();
  await grid.getByRole('status').filter({ hasText: '2 rows copied' }).waitFor();
  const copied = await page.evaluate('navigator.clipboard.readText()');
  assert.equal(copied, 'date\ttemp_max\n2012-01-01\t12.8\n2012-01-02\t10.6');
}

/** Number of columns of the table, without that of the row numbers. */
async function columnCount(table: { getAttribute(name: string): Promise<string | null> }): Promise<number> {
  return Number(await table.getAttribute('aria-colcount')) - 1;
}

/** The explorer, the status bar, and a resource with a mistake. */
async function restored({ page, screenshot }: Window): Promise<void> {
  await explorerRow(page, 'flights-3m.parquet').waitFor();
  await openInExplorer(page, 'weather', 'stations.yaml');
  await page.locator('.statusbar-item').filter({ hasText: 'demo · 2 staged' }).waitFor();
  await page.locator('.squiggly-error').first().waitFor();
  await runCommand(page, 'View: Toggle Problems');
  await page.locator('.markers-panel .monaco-list-row').first().waitFor();
  await screenshot('explorer-and-diagnostics');
  await runCommand(page, 'View: Toggle Problems');
}

/** Staged changes are discarded after a confirmation, and kept without one, as are those that it did not list. */
async function discard({ page, screenshot }: Window, { home }: FlowFiles): Promise<void> {
  await openInExplorer(page, 'weather', 'seattle-weather.csv');
  await page.locator('.monaco-editor .view-line').filter({ hasText: 'date,precipitation' }).click();
  await page.keyboard.press('x');
  // Next to the line that differs from the latest commit.
  await page.locator('.dirty-diff-glyph').first().waitFor();
  // An undo during a save reaches the state that VS Code takes for saved, though the save writes the edit after it.
  await page.locator('.statusbar-item').filter({ hasText: 'demo · 3 staged' }).waitFor();
  await page.locator('.tab.active.dirty').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+Z');
  await page.locator('.dirty-diff-glyph').first().waitFor({ state: 'detached' });
  // The question lists what is staged, and VS Code saves the undone edit a second after it.
  await page.locator('.statusbar-item').filter({ hasText: 'demo · 2 staged' }).waitFor();
  await runCommand(page, 'Pond: Restore Version');
  await listRow(page, 'Import the data sets').waitFor();
  await page.keyboard.press('Escape');
  await runCommand(page, 'Pond: Discard');
  const question = page.locator('.monaco-dialog-box').filter({ hasText: 'Discard all 2 staged changes of demo?' });
  await question.filter({ hasText: ': removed' }).waitFor();
  await screenshot('discard');
  // Another program stages a change before the question is answered.
  await runIn(home, 'mkdir', '/later');
  await page.locator('.monaco-dialog-box .monaco-button').filter({ hasText: 'Discard' }).click();
  const again = page
    .locator('.monaco-dialog-box')
    .filter({ hasText: 'What is staged has changed since you were asked' });
  await again.filter({ hasText: '/later: added' }).waitFor();
  await runIn(home, 'discard', '/later');
  await page.keyboard.press('Escape');
  await page.locator('.monaco-dialog-box').waitFor({ state: 'hidden' });
  await page.locator('.statusbar-item').filter({ hasText: 'demo · 2 staged' }).waitFor();
}

/** Source control commits the staged changes, and the log shows the commit. */
async function commit({ page, screenshot }: Window): Promise<void> {
  await page.keyboard.press('Control+Shift+G');
  const rows = page.locator('.scm-view .monaco-list-row .resource');
  await rows.nth(1).waitFor();
  await page.locator('.scm-view .scm-editor').first().click();
  await page.keyboard.insertText('Stations, and one file less');
  await screenshot('source-control');
  await page.keyboard.press('Control+Enter');
  await page.locator('.statusbar-item').filter({ hasText: 'demo · nothing staged' }).waitFor();
  await rows.first().waitFor({ state: 'detached' });
  await runCommand(page, 'Pond: Show Log');
  const logged = listRow(page, 'Stations, and one file less');
  await logged.waitFor();
  await screenshot('log');
  await page.keyboard.press('Enter');
  await page.locator('.multiDiffEntry, .multiDiffEditor').first().waitFor();
  await page.locator('.tab').filter({ hasText: 'Stations, and one file less' }).waitFor();
  await screenshot('commit');
}
