/** Cells of tables are edited in a real VS Code, by mouse and keyboard. */
import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type FrameLocator, type Page } from 'playwright-core';
import { runPond } from '../support/pondCommand.ts';
import { type Window } from '../support/workbench.ts';
import { flows, type FlowFiles } from '../support/workbenchFlows.ts';
import { openInExplorer, runCommand, webview } from '../support/workbenchPerson.ts';

const timeout = 300_000;
/** A served editor saves by itself a second after an edit, which is tested where it is wanted. */
const settings = { 'files.autoSave': 'off' };
const content = 'day;level;note\r\n15.01.2026;1,50;"calm"\r\n16.01.2026;2,25;wind\r\n17.01.2026;1,75;rain\r\n';

interface Files extends FlowFiles {
  readonly pond: string;
}

/** Runs `pond` and returns what it prints. */
async function pondText({ home, pond }: Pick<Files, 'home' | 'pond'>, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runPond(['--pond', pond, ...args], { cwd: home });
  assert.equal(status, 0, stderr);
  return stdout;
}

async function makeFiles(): Promise<Files> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'pond-editor-test-')));
  try {
    const pond = join(home, 'cells.pond');
    const files = { home, pond };
    const file = join(home, 'tide.csv');
    await writeFile(file, content);
    await pondText(files, 'init', pond);
    await pondText(files, 'import', file, '/');
    await pondText(files, 'query', '-o', join(home, 'table.parquet'), 'FROM "/tide.csv"');
    await pondText(files, 'import', join(home, 'table.parquet'), '/');
    await pondText(files, 'commit', '-m', 'Import the tide');
    const uri = `pond://${Buffer.from(pond).toString('hex')}/`;
    const workspace = join(home, 'test.code-workspace');
    await writeFile(workspace, JSON.stringify({ folders: [{ uri, name: 'cells' }], settings }));
    return { ...files, workspace };
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

const cell = (grid: FrameLocator, row: number, column: number) => grid.locator(`#c${row}-${column}`);

async function shows(grid: FrameLocator, row: number, column: number, text: string): Promise<void> {
  await cell(grid, row, column).filter({ hasText: text }).waitFor();
}

const tab = (page: Page, name: string) => page.locator('.tab').filter({ hasText: name });

/** Cells of a CSV file are edited, refused, undone, redone and saved; untouched lines keep their bytes. */
async function editText({ page, screenshot }: Window, files: Files): Promise<void> {
  await openInExplorer(page, 'tide.csv');
  await page.locator('.monaco-editor .view-line').filter({ hasText: 'level' }).waitFor();
  await runCommand(page, 'Pond: Open as Table');
  const grid = webview(page);
  await shows(grid, 1, 1, '2.25');
  await cell(grid, 1, 1).dblclick();
  const field = grid.locator('.cell-editor .field');
  await field.fill('two');
  await grid.locator('.cell-editor .problem').filter({ hasText: 'expected DOUBLE, got "two"' }).waitFor();
  await screenshot('cells-refused');
  await field.fill('3.125');
  await page.keyboard.press('Enter');
  await shows(grid, 1, 1, '3.125');
  await grid.locator('#c1-1.edited').waitFor();
  await tab(page, 'tide.csv').and(page.locator('.dirty')).waitFor();
  // A date is typed over the cell of the next row, whose form it takes.
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.type('2026-01-27');
  await page.keyboard.press('Tab');
  await shows(grid, 2, 0, '2026-01-27');
  await page.keyboard.press('Control+z');
  await shows(grid, 2, 0, '2026-01-17');
  await page.keyboard.press('Control+Shift+z');
  await shows(grid, 2, 0, '2026-01-27');
  // Marked under a sort, on its row.
  const level = grid.getByRole('columnheader', { name: /^level/ });
  await level.click();
  await grid.locator('#c2-1.edited').filter({ hasText: '3.125' }).waitFor();
  await level.click();
  await grid.locator('#c0-1.edited').filter({ hasText: '3.125' }).waitFor();
  await level.click();
  await grid.locator('#c1-1.edited').filter({ hasText: '3.125' }).waitFor();
  await grid.getByRole('grid').focus();
  await page.keyboard.press('Control+s');
  await grid.locator('#c1-1:not(.edited)').filter({ hasText: '3.125' }).waitFor();
  const saved = 'day;level;note\r\n15.01.2026;1,50;"calm"\r\n16.01.2026;3,125;wind\r\n27.01.2026;1,75;rain\r\n';
  assert.equal(await pondText(files, 'cat', '/tide.csv'), saved);
  assert.match(await pondText(files, 'status'), /tide\.csv/);
  assert.equal(await pondText(files, 'cat', '/tide.csv', '--at', 'HEAD'), content);
}

/** Rows of a Parquet file are inserted, deleted and pasted. */
async function editParquet({ page, screenshot }: Window): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await openInExplorer(page, 'table.parquet');
  await tab(page, 'table.parquet').waitFor();
  await runCommand(page, 'View: Keep Editor');
  const grid = webview(page);
  await shows(grid, 2, 2, 'rain');
  await cell(grid, 0, 2).click();
  await page.keyboard.press('Shift+Delete');
  await grid.locator('#c0-2.deleted').waitFor();
  await page.keyboard.press('Insert');
  await grid.locator('#c1-2.inserted').waitFor();
  await page.evaluate("navigator.clipboard.writeText('2026-02-01\\t9.5\\tfog')");
  await page.keyboard.press('Home');
  await page.keyboard.press('Control+v');
  await shows(grid, 1, 2, 'fog');
  await shows(grid, 1, 1, '9.5');
  await cell(grid, 3, 2).click();
  await page.keyboard.press('Delete');
  await grid.locator('#c3-2.edited').filter({ hasText: 'NULL' }).waitFor();
  await screenshot('cells-rows');
}

describe('cells of tables in the editor', () => {
  test('cells and rows are edited, checked, undone and saved', { timeout }, async (t) => {
    await flows.through(t, 'cells', makeFiles, async (window, files) => {
      await editText(window, files);
      await editParquet(window);
    });
  });
});
