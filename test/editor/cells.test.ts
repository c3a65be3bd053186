/** Cells of tables are edited in a real VS Code, by mouse and keyboard. */
import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Dialog, type FrameLocator, type Page } from 'playwright-core';
import { runPond } from '../support/pondCommand.ts';
import { type Window } from '../support/workbench.ts';
import { flows, flowTimeoutMs as timeout, type FlowFiles } from '../support/workbenchFlows.ts';
import { listRow, openInExplorer, pick, rowInFolder, runCommand, webview } from '../support/workbenchPerson.ts';
import { changeSettings, pondFolder } from '../support/workspaceFile.ts';

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
    const big = join(home, 'big.csv');
    await writeFile(big, `n,text\n${Array.from({ length: 120_000 }, (_, n) => `${n},${'x'.repeat(50)}\n`).join('')}`);
    await pondText(files, 'import', big, '/');
    const readings = join(home, 'readings.csv');
    await writeFile(readings, 'time,flow\n2026-01-01T00:00:00Z,7.25\n');
    await pondText(files, 'append', readings, '/readings');
    await pondText(files, 'commit', '-m', 'Import the tide');
    return { ...files, folders: [pondFolder(pond, 'cells')], settings };
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

/** Another part of the window, to which the user goes from the editor of a cell, keeps the focus; F1 leads there too. */
async function leaveEdited(page: Page, grid: FrameLocator, text: string): Promise<void> {
  const field = grid.locator('.cell-editor .field');
  const palette = page.locator('.quick-input-widget input[type=text]');
  await page.keyboard.press('F1');
  await palette.waitFor();
  await page.keyboard.press('Escape');
  await palette.waitFor({ state: 'hidden' });
  await field.and(grid.locator(':focus')).waitFor();
  await field.fill(text);
  await page.locator('.editor-instance .view-lines').click();
  // The edit is taken, and its editor closed, when the table shows it.
  await grid.locator('#c1-1.edited').filter({ hasText: text }).waitFor();
  await field.waitFor({ state: 'detached' });
  assert.notEqual(await page.evaluate('document.activeElement.tagName'), 'IFRAME');
  await cell(grid, 2, 1).click();
}

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
  await leaveEdited(page, grid, '3.125');
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

/** What was saved is undone as edits of the saved table, also the removal of a row, and done again. */
async function undoSaved(page: Page): Promise<void> {
  const grid = webview(page);
  await grid.getByRole('grid').focus();
  for (const undone of [
    grid.locator('#c2-2.edited').filter({ hasText: 'rain' }),
    grid.locator('#c0-2.edited').filter({ hasText: 'NULL' }),
    grid.locator('#c0-2.deleted'),
    grid.locator('#c0-2.inserted').filter({ hasText: 'calm' }),
  ]) {
    await page.keyboard.press('Control+z');
    await undone.waitFor();
  }
  const dirty = tab(page, 'table.parquet').and(page.locator('.dirty'));
  await dirty.waitFor();
  for (const done of ['#c0-2.deleted', '#c0-2.edited', '#c0-2:not(.edited)', '#c2-2:not(.edited)']) {
    await page.keyboard.press('Control+Shift+z');
    await grid.locator(done).waitFor();
  }
  await dirty.waitFor({ state: 'detached' });
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

/** Reloads the window as a user does: VS Code asks to stay while an edit has no backup. */
async function reloadWindow(page: Page): Promise<void> {
  const stay = (dialog: Dialog): void => void dialog.dismiss();
  page.on('dialog', stay);
  const loaded = page.waitForEvent('domcontentloaded').then(() => true);
  const asked = (): Promise<boolean> =>
    page.waitForEvent('dialog').then(
      () => false,
      () => false,
    );
  do await page.evaluate('setTimeout(() => location.reload())');
  while (!(await Promise.race([loaded, asked()])));
  page.off('dialog', stay);
  await page.waitForSelector('.monaco-workbench .part.statusbar');
}

/** The tab of the table of tide.csv; its text has another one. */
const tideTab = (page: Page, state: string) => tab(page, 'tide.csv').last().and(page.locator(state));

/** Edits a cell of tide.csv, and waits until VS Code knows. */
async function editTide(page: Page, text: string): Promise<FrameLocator> {
  await tab(page, 'tide.csv').last().click();
  const grid = webview(page);
  await cell(grid, 1, 1).dblclick();
  await grid.locator('.cell-editor .field').fill(text);
  await page.keyboard.press('Enter');
  await grid.locator('#c1-1.edited').filter({ hasText: text }).waitFor();
  await tideTab(page, '.dirty').waitFor();
  return grid;
}

/** Edits of two tables are there after the window is loaded again. One is saved then, and the other is kept once more. */
async function reloadEdited({ page, screenshot }: Window, files: Files): Promise<void> {
  const edited = async (): Promise<FrameLocator> => {
    await tab(page, 'table.parquet').and(page.locator('.dirty')).click();
    const grid = webview(page);
    await grid.locator('#c0-2.deleted').waitFor();
    await grid.locator('#c1-2.inserted').filter({ hasText: 'fog' }).waitFor();
    await grid.locator('#c3-2.edited').filter({ hasText: 'NULL' }).waitFor();
    return grid;
  };
  await editTide(page, '6.25');
  await reloadWindow(page);
  await undoRestored(page);
  const grid = await edited();
  await screenshot('cells-reloaded');
  await grid.getByRole('grid').focus();
  await page.keyboard.press('Control+z');
  await grid.locator('#c3-2:not(.edited)').filter({ hasText: 'rain' }).waitFor();
  await page.keyboard.press('Control+Shift+z');
  await edited();
  await webview(page).getByRole('grid').focus();
  await page.keyboard.press('Control+s');
  await tab(page, 'table.parquet').and(page.locator(':not(.dirty)')).waitFor();
  await shows(webview(page), 0, 2, 'fog');
  await undoSaved(page);
  await reloadWindow(page);
  // VS Code may remember the table as one with edits: it saves its own state every few seconds.
  await tab(page, 'table.parquet').click();
  await shows(webview(page), 0, 2, 'fog');
  const sql = 'SELECT count(*), count(note), min(note), max(note) FROM "/table.parquet"';
  assert.match(await pondText(files, 'query', sql), /\b3\b.*\b2\b.*fog.*wind/s);
  await undoRestored(page);
}

/** The edit of tide.csv is there again, is undone and done again. */
async function undoRestored(page: Page): Promise<void> {
  await tideTab(page, '.dirty').click();
  const grid = webview(page);
  const edit = grid.locator('#c1-1.edited').filter({ hasText: '6.25' });
  await edit.waitFor();
  await grid.getByRole('grid').focus();
  await page.keyboard.press('Control+z');
  await grid.locator('#c1-1:not(.edited)').filter({ hasText: '3.125' }).waitFor();
  await page.keyboard.press('Control+Shift+z');
  await edit.waitFor();
}

/** The file changes while a cell is edited: the edit is not shown on other rows, and can be dropped. */
async function conflict({ page, screenshot }: Window, files: Files): Promise<void> {
  const grid = await editTide(page, '7.5');
  await writeFile(join(files.home, 'next.csv'), content.replace('16.01.2026', '14.01.2026;0,25;new\r\n16.01.2026'));
  await pondText(files, 'import', join(files.home, 'next.csv'), '/');
  await pondText(files, 'cp', '/next.csv', '/tide.csv');
  await shows(grid, 1, 2, 'new');
  await grid.locator('#c1-1:not(.edited)').filter({ hasText: '0.25' }).waitFor();
  await runCommand(page, 'Notifications: Show Notifications');
  const warning = page.locator('.notification-list-item').filter({ hasText: 'The edits of 1 row are not shown' });
  await warning.waitFor();
  await screenshot('cells-conflict');
  await tideTab(page, '.dirty').waitFor();
  await warning.getByRole('button', { name: 'Drop Edits' }).click();
  await tideTab(page, ':not(.dirty)').waitFor();
}

/** What the menu File does to edits. */
async function fileCommands({ page }: Window, files: Files): Promise<void> {
  const reverted = await editTide(page, '6.5');
  await runCommand(page, 'File: Revert File');
  await reverted.locator('#c1-1:not(.edited)').filter({ hasText: '0.25' }).waitFor();
  await tideTab(page, ':not(.dirty)').waitFor();
  const saved = await editTide(page, '5.5');
  await runCommand(page, 'File: Save All');
  await saved.locator('#c1-1:not(.edited)').filter({ hasText: '5.5' }).waitFor();
  await tideTab(page, ':not(.dirty)').waitFor();
  assert.match(await pondText(files, 'cat', '/tide.csv'), /14\.01\.2026;5,5;new/);
  await editTide(page, '4.5');
  await runCommand(page, 'File: Save As...');
  const path = page.locator('.quick-input-widget input[type=text]');
  // Until it lists the files, the dialog replaces what is typed.
  await listRow(page, 'big.csv').waitFor();
  await path.fill('/copy.csv');
  await page.keyboard.press('Enter');
  await tab(page, 'copy.csv').and(page.locator(':not(.dirty)')).waitFor();
  assert.match(await pondText(files, 'cat', '/copy.csv'), /14\.01\.2026;4,5;new/);
  assert.match(await pondText(files, 'cat', '/tide.csv'), /14\.01\.2026;5,5;new/);
}

/** An edit is saved by itself where the user wants that. */
async function autoSave({ page, workspace }: Window, files: Files): Promise<void> {
  await changeSettings(workspace, { 'files.autoSave': 'afterDelay', 'files.autoSaveDelay': 100 });
  // A copy that Save As wrote is open as text, like every small CSV file.
  await tab(page, 'table.parquet').click();
  const grid = webview(page);
  await cell(grid, 1, 1).dblclick();
  await grid.locator('.cell-editor .field').fill('2.5');
  await page.keyboard.press('Enter');
  await grid.locator('#c1-1:not(.edited)').filter({ hasText: '2.5' }).waitFor();
  assert.match(await pondText(files, 'query', 'SELECT level FROM "/table.parquet"'), /\b2\.5\b/);
  await changeSettings(workspace, settings);
}

/** A large text opens as a table, and as text where it is asked for; so does a series without an extension. */
async function openLarge({ page, screenshot }: Window): Promise<void> {
  await rowInFolder(page, 'cells', 'big.csv');
  await openInExplorer(page, 'big.csv');
  await shows(webview(page), 1, 0, '1');
  assert.equal(await tab(page, 'big.csv').count(), 1);
  await screenshot('cells-large');
  await runCommand(page, 'View: Reopen Editor With...');
  await pick(page, 'Text Editor');
  await page.locator('.monaco-editor .view-line').filter({ hasText: 'n,text' }).waitFor();
  await openInExplorer(page, 'readings');
  await shows(webview(page), 0, 1, '7.25');
}

/** A row of units that was read as values is said, with a button that states it. */
async function stateUnits({ page, screenshot }: Window, files: Files): Promise<void> {
  await writeFile(join(files.home, 'units.csv'), 'time,t\nUTC,degC\n2026-02-01 00:00,1.5\n2026-02-02 00:00,2.5\n');
  await pondText(files, 'import', join(files.home, 'units.csv'), '/');
  await openInExplorer(page, 'units.csv');
  await page.locator('.monaco-editor .view-line').filter({ hasText: 'degC' }).waitFor();
  await runCommand(page, 'Pond: Open as Table');
  const grid = webview(page);
  await shows(grid, 0, 1, 'degC');
  await grid.getByText('Line 2 has words above values, as units are.').waitFor();
  await screenshot('cells-units');
  await grid.getByRole('button', { name: 'State units=true for /units.csv' }).click();
  await shows(grid, 0, 1, '1.5');
}

/** The page of a file that cannot be read offers the formats that read it. The menu of a cell shows the line of its row. */
async function stateFormat({ page, screenshot }: Window, files: Files): Promise<void> {
  await writeFile(join(files.home, 'short.csv'), 'a,b\n1,2\n3\n');
  await pondText(files, 'import', join(files.home, 'short.csv'), '/');
  await openInExplorer(page, 'short.csv');
  await page.locator('.monaco-editor .view-line').filter({ hasText: 'a,b' }).waitFor();
  await runCommand(page, 'Pond: Open as Table');
  const grid = webview(page);
  await grid.getByRole('alert').filter({ hasText: 'expected 2 fields in line 3' }).waitFor();
  await screenshot('cells-unread');
  await grid.getByRole('button', { name: 'State ragged=fill for /short.csv' }).click();
  await shows(grid, 1, 1, 'NULL');
  assert.match(await pondText(files, 'format', '/short.csv'), /ragged=fill/);
  await cell(grid, 1, 1).click({ button: 'right' });
  await grid.getByRole('menuitem', { name: 'Show Text' }).click();
  await page.locator('.statusbar-item').filter({ hasText: 'Ln 3, Col 1' }).waitFor();
}

describe('cells of tables in the editor', () => {
  test('cells and rows are edited, checked, undone and saved', { timeout }, async (t) => {
    await flows.through(t, 'cells', makeFiles, async (window, files) => {
      await editText(window, files);
      await editParquet(window);
      await reloadEdited(window, files);
      await conflict(window, files);
      await fileCommands(window, files);
      await autoSave(window, files);
      await openLarge(window);
      await stateFormat(window, files);
      await stateUnits(window, files);
    });
  });
});
