/** Plots in a real VS Code, by mouse and keyboard. Saves screenshots in out/screenshots/. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type FrameLocator, type Page } from 'playwright-core';
import { checkLegible } from '../support/legible.ts';
import { runPond } from '../support/pondCommand.ts';
import { type Window } from '../support/workbench.ts';
import { flows, flowTimeoutMs as timeout, type FlowFiles } from '../support/workbenchFlows.ts';
import {
  explorerRow,
  listRow,
  notified,
  openInExplorer,
  pick,
  pressInBar,
  query,
  webview,
} from '../support/workbenchPerson.ts';
import { pondFolder } from '../support/workspaceFile.ts';

/** A table of a year of measurements every ten minutes, with a gap, and another version of it. */
function readings(offset: number): string {
  const lines = ['time,A.Water.C,B.Water.C,A.Wind.m/s,A.Direction.deg'];
  for (let index = 0; index < 20_000; index++) {
    if (index > 9000 && index < 10_000) continue;
    const time = new Date(Date.UTC(2026, 0, 1) + index * 600_000).toISOString().slice(0, 19);
    const water = 12 + offset + 8 * Math.sin(index / 3200) + Math.sin(index / 23);
    const wind = Math.abs(6 * Math.sin(index / 190)) + (index % 7) / 4;
    lines.push(`${time},${water.toFixed(2)},${(water / 2 + 3).toFixed(2)},${wind.toFixed(2)},${(index * 17) % 360}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Sixty columns, whose names are longer than a window. */
const wide = `${Array.from({ length: 60 }, (_, index) => `column ${index}${' long'.repeat(60)}`).join(',')}\n${'1,'.repeat(59)}1\n${'2,'.repeat(59)}2\n`;

async function makePond(): Promise<FlowFiles> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'pond-editor-test-')));
  try {
    const pond = join(home, 'plots.pond');
    const run = async (...args: readonly string[]): Promise<void> => {
      const { status, stderr } = await runPond(['--pond', pond, ...args], { cwd: home });
      assert.equal(status, 0, stderr);
    };
    await run('init', pond);
    await writeFile(join(home, 'readings.csv'), readings(-1));
    await writeFile(join(home, 'events.csv'), 'time,what\n2026-02-01,cleaned\n2026-04-10,calibrated\n');
    await writeFile(join(home, 'wide.csv'), wide);
    await run('import', ...['readings.csv', 'events.csv', 'wide.csv'].map((name) => join(home, name)), '/');
    await run('commit', '-m', 'Before the correction');
    await writeFile(join(home, 'readings.csv'), readings(0));
    await run('rm', '/readings.csv');
    await run('import', join(home, 'readings.csv'), '/');
    await run('commit', '-m', 'Corrected readings');
    return { home, folders: [pondFolder(pond, 'plots')] };
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

describe('plots', () => {
  test('a table is plotted, zoomed, compared, marked, explained, and stated in its query', { timeout }, async (t) => {
    await flows.through(t, 'plots', makePond, async (window, files) => {
      await explorerRow(window.page, 'readings.csv').waitFor();
      const grid = await query(
        window.page,
        '-- plot: {"kind":"line","ys":["A.Water.C","B.Water.C","A.Wind.m/s"]}\nSELECT * FROM "/readings.csv"',
      );
      await lines(window, grid);
      await zoom(window.page, grid);
      await split(window, grid);
      await compare(window, grid);
      await explain(window, grid);
      await state(window, grid, files);
      await kinds(window, grid);
      await lookAtThemes(window);
      await longNames(window);
      await chosenColumn(window);
    });
  });
});

/** What the query states is drawn: a panel for each unit. */
async function lines({ screenshot }: Window, grid: FrameLocator): Promise<void> {
  await grid.getByRole('img', { name: 'A.Water.C, B.Water.C by time' }).waitFor();
  await grid.getByRole('img', { name: 'A.Wind.m/s by time' }).waitFor();
  await grid.locator('.position').filter({ hasText: 'plot of 19,001 rows' }).waitFor();
  await screenshot('plot-lines');
}

/** Many names, and names longer than the window, begin in the legend, which leaves the plot its room. */
async function longNames({ page }: Window): Promise<void> {
  const grid = await query(page, '-- plot: {"kind":"line"}\nSELECT * FROM "/wide.csv"');
  const legend = grid.getByRole('group', { name: 'Columns' });
  await legend.getByRole('button', { name: 'column 59 long' }).waitFor();
  const [list, head] = [await legend.boundingBox(), await grid.locator('.plothead').boundingBox()];
  const name = await legend.getByRole('button').first().boundingBox();
  assert.ok(list !== null && head !== null && name !== null);
  assert.ok(name.width < list.width);
  assert.equal(Math.round(list.y + list.height), Math.round(head.y + head.height));
}

/** The menu of a column draws it next to the rows, which keep the focus. */
async function chosenColumn({ page }: Window): Promise<void> {
  const grid = await query(page, 'SELECT * FROM "/readings.csv"');
  await grid.getByRole('gridcell').first().waitFor();
  await grid.getByRole('columnheader', { name: /A\.Water/ }).click({ button: 'right' });
  await grid.getByRole('menuitem', { name: 'Plot', exact: true }).click();
  await grid.getByRole('img', { name: 'A.Water.C by time' }).waitFor();
  await grid.locator('[role=grid]:focus').waitFor();
}

/** The wheel, a drag and keys show other parts, each with finer data. */
async function zoom(page: Page, grid: FrameLocator): Promise<void> {
  const chart = grid.getByRole('group', { name: /^Plot\. Arrow keys/ });
  const rows = grid.locator('.position');
  const box = await chart.boundingBox();
  assert.ok(box !== null);
  await page.mouse.move(box.x + box.width / 2, box.y + 80);
  const readout = grid.locator('.readout');
  await readout.filter({ hasText: 'A.Wind.m/s' }).waitFor();
  const whole = (await readout.textContent()) ?? '';
  await page.mouse.wheel(0, -100);
  // A pixel has fewer rows, though the pointer rests.
  await readout.filter({ hasNotText: whole }).filter({ hasText: 'A.Wind.m/s' }).waitFor();
  await rows.filter({ hasNotText: '19,001' }).filter({ hasText: 'plot of' }).waitFor();
  const before = (await rows.textContent()) ?? '';
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 80, box.y + 80, { steps: 3 });
  await page.mouse.up();
  await rows.filter({ hasNotText: before }).filter({ hasText: 'plot of' }).waitFor();
  await chart.focus();
  await page.keyboard.press('0');
  await rows.filter({ hasText: 'plot of 19,001 rows' }).waitFor();
  await page.keyboard.press('+');
  await rows.filter({ hasNotText: '19,001' }).filter({ hasText: 'plot of' }).waitFor();
  await page.keyboard.press('0');
  await rows.filter({ hasText: 'plot of 19,001 rows' }).waitFor();
}

/** Rows and plot next to each other: a filter of the rows changes the plot, and the rows keep the focus. */
async function split({ page, screenshot }: Window, grid: FrameLocator): Promise<void> {
  await pressInBar(grid, 'Split');
  const rows = grid.getByRole('grid');
  await rows.waitFor();
  await grid.getByRole('img', { name: 'A.Water.C, B.Water.C by time' }).waitFor();
  await rows.focus();
  await page.keyboard.press('ArrowDown');
  await grid.locator('#c1-0.focused').waitFor();
  await grid.getByRole('button', { name: 'Menu of A.Water.C' }).click();
  await grid.getByRole('menuitem', { name: 'Filter…' }).click();
  const dialog = grid.getByRole('dialog', { name: 'Filter A.Water.C' });
  await dialog.getByLabel('Condition').selectOption('>');
  await dialog.getByLabel('Value', { exact: true }).fill('15');
  await page.keyboard.press('Enter');
  const drawn = grid.locator('.heard').filter({ hasText: 'plot of' });
  await drawn.filter({ hasNotText: '19,001' }).waitFor();
  await screenshot('plot-split');
  await grid
    .getByRole('group', { name: 'Filters' })
    .getByRole('button', { name: /^Remove/ })
    .click();
  await drawn.filter({ hasText: 'plot of 19,001 rows' }).waitFor();
  await pressInBar(grid, 'Split');
  await rows.waitFor({ state: 'detached' });
}

/** The version before is drawn too, and events of another table are marked. */
async function compare({ page, screenshot }: Window, grid: FrameLocator): Promise<void> {
  await grid.getByRole('button', { name: 'B.Water.C' }).click();
  await pressInBar(grid, 'Overlay Version…', 'Plot');
  await pick(page, 'Before the correction');
  await grid.getByRole('img', { name: /A\.Water\.C, A\.Water\.C @\d+ by time/ }).waitFor();
  await pressInBar(grid, 'Events…', 'Plot');
  const input = page.locator('.quick-input-widget input[type=text]');
  await input.fill('evcsv');
  // A list that closes gives the focus back to the plot, which closes the next list when it takes it late.
  await page.evaluate(`(() => {
    const list = document.querySelector('.quick-input-widget');
    window.closings = 0;
    window.closingsWatch = new MutationObserver(() => (window.closings += getComputedStyle(list).display === 'none'));
    window.closingsWatch.observe(list, { attributeFilter: ['style', 'class'] });
  })()`);
  await pick(page, 'events.csv');
  const labels = listRow(page, 'what');
  await labels.waitFor();
  assert.equal(await page.evaluate('(window.closingsWatch.disconnect(), window.closings)'), 0);
  await pick(page, 'what');
  await grid.locator('svg text').filter({ hasText: 'calibrated' }).first().waitFor();
  await screenshot('plot-overlay');
}

/** A point is explained by its rows, its file and its commit, which a link opens. */
async function explain({ page, screenshot }: Window, grid: FrameLocator): Promise<void> {
  await grid.getByRole('group', { name: /^Plot\. Arrow keys/ }).focus();
  for (const key of ['End', 'Enter']) await page.keyboard.press(key);
  const pane = grid.getByRole('complementary', { name: 'Point' });
  await pane.getByRole('button', { name: /^\d+: Corrected readings/ }).waitFor();
  await pane.getByRole('button', { name: '/readings.csv' }).waitFor();
  await screenshot('plot-point');
  await pane.getByRole('button', { name: 'Close Point' }).click();
}

/** The plot is written into the query, from where another person gets it. */
async function state({ page }: Window, grid: FrameLocator, { home }: FlowFiles): Promise<void> {
  await pressInBar(grid, 'Save in Query', 'Plot');
  await page.locator('.editor-instance .monaco-editor').filter({ hasText: '"overlay":"' }).first().waitFor();
  await pressInBar(grid, 'Save Picture…', 'Plot');
  await grid.getByRole('menuitem', { name: 'Save as PNG…' }).click();
  const input = page.locator('.quick-input-widget input[type=text]');
  await input.waitFor();
  await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
  const file = join(home, 'plot.png');
  await input.fill(file);
  // The dialog looks for the file first.
  await listRow(page, 'plots.pond').waitFor();
  await page.keyboard.press('Enter');
  await notified(page, `Wrote ${file}.`);
  const bytes = await readFile(file);
  assert.deepEqual([...bytes.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  assert.ok(bytes.length > 10_000);
}

/** Every type of plot is drawn of the same table. */
async function kinds({ screenshot }: Window, grid: FrameLocator): Promise<void> {
  const type = grid.getByLabel('Type');
  for (const [kind, name] of [
    ['area', /by time$/],
    ['scatter', /by time$/],
    ['histogram', /^rows by /],
    ['bar', /^rows by time$/],
    ['rose', /^A\.Wind\.m\/s by A\.Direction\.deg$/],
  ] as const) {
    await type.selectOption(kind);
    await grid.getByRole('img', { name }).first().waitFor();
    await screenshot(`plot-${kind}`);
  }
}

/** A plot in every kind of theme. */
async function lookAtThemes(window: Window): Promise<void> {
  const { page } = window;
  await openInExplorer(page, 'readings.csv');
  await page.locator('.tab[data-resource-name="readings.csv"]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.tab').filter({ hasText: 'Result: ' }).click();
  const grid = webview(page);
  await grid.getByLabel('Type').selectOption('line');
  await grid
    .getByRole('img', { name: /A\.Water\.C/ })
    .first()
    .waitFor();
  await checkLegible(window, 'plot', grid);
}
