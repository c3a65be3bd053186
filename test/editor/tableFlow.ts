/** What a user does to a table in the editor: sorts, filters, looks at a summary, copies, and comes back to it. */
import assert from 'node:assert/strict';
import { type FrameLocator, type Page } from 'playwright-core';
import { type Window } from '../support/workbench.ts';
import {
  openInExplorer,
  pressInBar,
  reloadOnceKept,
  rowInFolder,
  runCommand,
  webview,
} from '../support/workbenchPerson.ts';

const flights = 'flights-3m.parquet';

/** The cell of a row and a column, once its text is there. */
function cell(grid: FrameLocator, row: number, column: number, text: string | RegExp): Promise<void> {
  return grid.locator(`#c${row}-${column}`).filter({ hasText: text }).waitFor();
}

async function clipboard(page: Page): Promise<unknown> {
  return page.evaluate('navigator.clipboard.readText()');
}

/** A file of three million rows is sorted, filtered and summarized by mouse and keyboard. */
export async function workOnTable({ page, screenshot }: Window): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await openInExplorer(page, flights);
  const grid = webview(page);
  await grid.locator('.summary').filter({ hasText: '3,000,000 rows' }).waitFor();
  await cell(grid, 0, 0, '2001-01-01');
  // The next file would take its tab.
  await runCommand(page, 'View: Keep Editor');
  await refuseFilter(page, grid);
  const delay = grid.getByRole('columnheader', { name: /^delay/ });
  await grid.getByRole('grid').focus();
  await page.keyboard.press('Control+End');
  await grid.locator('#r2999999').waitFor();
  // The extremes are at the top.
  await delay.click();
  await cell(grid, 0, 1, '-1116');
  assert.equal(await delay.getAttribute('aria-sort'), 'ascending');
  await delay.click();
  await cell(grid, 0, 1, '1688');
  await filterOrigin(page, grid);
  await sumSelection(page, grid, screenshot);
  await stepThroughMatches(page, grid, screenshot);
  await grid.getByRole('grid').focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowRight');
  await pressInBar(grid, 'Summary');
  await grid.locator('.pane dd').first().filter({ hasText: /^\d/ }).waitFor();
  await grid.locator('.bars').waitFor();
  await screenshot('table-summary');
  await profile(page, grid, screenshot);
  await copyAs(page, grid);
}

/** The facts about all columns are those of the filtered rows; the name of one leads to all that is known about it. */
async function profile(page: Page, grid: FrameLocator, screenshot: Window['screenshot']): Promise<void> {
  const pane = grid.getByRole('complementary', { name: 'Details' });
  await pane.getByRole('button', { name: 'All Columns' }).click();
  const origin = pane.locator('section').filter({ hasText: 'origin' });
  await origin.filter({ hasText: 'none missing' }).filter({ hasText: 'mostly SEA' }).waitFor();
  await pane.locator('section').filter({ hasText: 'distance' }).locator('.bars').waitFor();
  await screenshot('table-profile');
  await pane.getByRole('button', { name: 'distance' }).click();
  await pane.locator('dd').first().filter({ hasText: /^\d/ }).waitFor();
  await grid.locator('#c0-2.focused').waitFor();
  await grid.getByRole('grid').focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowRight');
}

/** A text that the column cannot have stays in the dialog, with the reason. */
async function refuseFilter(page: Page, grid: FrameLocator): Promise<void> {
  await grid.getByRole('button', { name: 'Menu of delay' }).click();
  await grid.getByRole('menuitem', { name: 'Filter…' }).click();
  const dialog = grid.getByRole('dialog', { name: 'Filter delay' });
  await dialog.getByLabel('Value', { exact: true }).fill('late');
  await page.keyboard.press('Enter');
  await dialog.getByRole('alert').filter({ hasText: 'delay takes' }).waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
}

/** The filter of a column offers its values. */
async function filterOrigin(page: Page, grid: FrameLocator): Promise<void> {
  await grid.getByRole('button', { name: 'Menu of origin' }).click();
  await grid.getByRole('menuitem', { name: 'Filter…' }).click();
  const dialog = grid.getByRole('dialog', { name: 'Filter origin' });
  await dialog.getByLabel('Value', { exact: true }).fill('SEA');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await grid.getByRole('group', { name: 'Filters' }).getByText('origin contains "SEA"').waitFor();
  await grid
    .locator('.summary')
    .filter({ hasText: /^\d[\d,]* of 3,000,000 rows/ })
    .waitFor();
  await cell(grid, 0, 3, 'SEA');
  // The keys of the table work at once.
  await page.keyboard.press('Control+g');
  await grid.getByRole('search').getByRole('textbox').fill('2001-03-01');
  await page.keyboard.press('Enter');
  // The next time that there is, though the rows are in the order of their delays.
  await grid
    .locator('.cell.focused')
    .filter({ hasText: /^2001-03-01/ })
    .waitFor();
  await page.keyboard.press('Escape');
}

/** The bar at the bottom has facts about the selected cells: of a few, of a column, and of all. */
async function sumSelection(page: Page, grid: FrameLocator, screenshot: Window['screenshot']): Promise<void> {
  const bar = grid.getByRole('status', { name: 'Selection' });
  await grid.getByRole('grid').focus();
  for (const key of ['Control+Home', 'ArrowRight', 'Shift+ArrowDown', 'Shift+ArrowDown'])
    await page.keyboard.press(key);
  const texts = await Promise.all([0, 1, 2].map((row) => grid.locator(`#c${row}-1`).textContent()));
  const sum = texts.reduce((all, text) => all + Number(text), 0);
  await bar.filter({ hasText: `Count 3 · Sum ${sum.toLocaleString('en-US')} · Mean ` }).waitFor();
  await page.keyboard.press('Control+Space');
  const [rows = ''] = (await grid.locator('.summary').textContent())?.split(' of ') ?? [];
  await bar.filter({ hasText: new RegExp(`^Count ${rows} · Sum .* · Maximum ${texts[0]}$`) }).waitFor();
  await screenshot('table-selection');
  await page.keyboard.press('Control+a');
  await bar.filter({ hasText: / · Numbers .* · First 2001-01-01.* · Last / }).waitFor();
  await page.keyboard.press('Control+Home');
  await bar.filter({ hasText: /^$/ }).waitFor({ state: 'attached' });
}

/** Each step of a search states which of how many matches it shows. */
async function stepThroughMatches(page: Page, grid: FrameLocator, screenshot: Window['screenshot']): Promise<void> {
  const found = grid.getByRole('search').getByRole('status');
  await page.keyboard.press('Control+f');
  await grid.getByRole('search').getByRole('textbox').fill('168');
  await page.keyboard.press('Enter');
  await found.filter({ hasText: /^1 of [\d,]+ · Row / }).waitFor();
  const total = / of ([\d,]+)/.exec((await found.textContent()) ?? '')?.[1] ?? '';
  await page.keyboard.press('Enter');
  await found.filter({ hasText: `2 of ${total} · Row ` }).waitFor();
  await screenshot('table-find');
  await page.keyboard.press('Shift+Enter');
  await found.filter({ hasText: `1 of ${total} · Row ` }).waitFor();
  await page.keyboard.press('Shift+Enter');
  await found.filter({ hasText: `${total} of ${total} · Continued from the end` }).waitFor();
  await page.keyboard.press('Escape');
}

/** Cells are copied in a format of the menu, which the keyboard opens. */
async function copyAs(page: Page, grid: FrameLocator): Promise<void> {
  await grid.getByRole('grid').focus();
  for (const key of ['Control+Home', 'ArrowRight', 'Shift+ArrowRight', 'Shift+F10']) await page.keyboard.press(key);
  await grid.getByRole('menuitem', { name: 'Copy as JSON' }).click();
  await grid.locator('.position').filter({ hasText: '1 row copied' }).waitFor();
  const copied: unknown = JSON.parse(String(await clipboard(page)));
  assert.ok(Array.isArray(copied) && copied.length === 1 && Object.keys(copied[0] as object).length === 2);
}

/** What was chosen is there again after another tab was shown, and after the window was loaded again. */
export async function comeBackToTable({ page, screenshot }: Window): Promise<void> {
  await openInExplorer(page, 'weather', 'seattle-weather.csv');
  await page.locator('.monaco-editor .view-line').filter({ hasText: 'date,precipitation' }).waitFor();
  await page.locator('.tab').filter({ hasText: flights }).click();
  await isAsLeft(webview(page));
  await reloadOnceKept(page, /flights-3m\.parquet.*seattle-weather\.csv/s);
  await rowInFolder(page, 'demo', flights);
  // VS Code may have kept the other tab as the active one.
  await page.locator('.tab').filter({ hasText: flights }).click();
  await isAsLeft(webview(page));
  await screenshot('table-again');
}

async function isAsLeft(grid: FrameLocator): Promise<void> {
  await grid.getByRole('group', { name: 'Filters' }).getByText('origin contains "SEA"').waitFor();
  await cell(grid, 0, 3, 'SEA');
  assert.equal(await grid.getByRole('columnheader', { name: /^delay/ }).getAttribute('aria-sort'), 'descending');
  await grid.locator('.cell.focused').waitFor();
}

/** The SQL of a view is opened as a query, and the server's restart does not lose the table. */
export async function queryAndRestart({ page, screenshot }: Window): Promise<void> {
  const grid = webview(page);
  await pressInBar(grid, 'Open as Query');
  const editor = page.locator('.editor-instance .monaco-editor').filter({ hasText: 'ORDER BY' });
  await editor.waitFor();
  await screenshot('table-query');
  await page.locator('.tab').filter({ hasText: flights }).click();
  await isAsLeft(webview(page));
  await runCommand(page, 'Pond: Restart Server');
  // The rows of another order come from the server that was started in its place.
  await webview(page)
    .getByRole('columnheader', { name: /^distance/ })
    .click();
  await webview(page).locator('.heading[aria-sort="ascending"]').filter({ hasText: 'distance' }).waitFor();
  await cell(webview(page), 0, 2, /^\d+$/);
  await cell(webview(page), 0, 3, 'SEA');
  await grid.getByRole('grid').focus();
  for (const key of ['Control+Home', 'Control+Space']) await page.keyboard.press(key);
  await grid
    .getByRole('status', { name: 'Selection' })
    .filter({ hasText: /^Count / })
    .waitFor();
}
