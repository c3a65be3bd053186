/** Differences and merges of tables in a real VS Code: by keyboard, across a reload, and in every kind of theme. */
import assert from 'node:assert/strict';
import { mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type FrameLocator } from 'playwright-core';
import { seriousViolations } from '../support/accessibility.ts';
import { checkLegible } from '../support/legible.ts';
import { runPond } from '../support/pondCommand.ts';
import { type Window } from '../support/workbench.ts';
import { flows, flowTimeoutMs as timeout, type FlowFiles } from '../support/workbenchFlows.ts';
import {
  explorerRow,
  isShown,
  listRow,
  reloadOnceKept,
  repeatUntil,
  runCommand,
  webview,
} from '../support/workbenchPerson.ts';
import { pondFolder } from '../support/workspaceFile.ts';
import { addConflict, compareStatements, mergeConflict, type PondFiles } from './mergeFlow.ts';

/**
 * A pond with a committed table of levels, an edit of it (a row less, a row more, and two values), and another table in
 * conflict.
 */
async function makeFiles(): Promise<PondFiles & FlowFiles> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'pond-table-diff-')));
  const pond = join(home, 'levels.pond');
  const run = async (...args: readonly string[]): Promise<void> => {
    const { status, stderr } = await runPond(['--pond', pond, ...args], { cwd: home });
    assert.equal(status, 0, stderr);
  };
  const rows = Array.from({ length: 40 }, (_, hour) => {
    const time = new Date(Date.UTC(2026, 1, 1, hour)).toISOString().slice(0, 19);
    return { time, level: `${1 + (hour % 7) / 10}`, note: hour % 9 === 0 ? 'ice' : '' };
  });
  const csv = (lines: typeof rows): string =>
    ['time,level,note', ...lines.map(({ time, level, note }) => `${time},${level},${note}`)].join('\n') + '\n';
  await run('init', pond);
  await writeFile(join(home, 'levels.csv'), csv(rows));
  await run('import', join(home, 'levels.csv'), '/');
  await run('commit', '-m', 'Levels');
  await addConflict({ home, pond });
  const edited = rows.flatMap((row, hour) => {
    if (hour === 3) return [];
    return [hour === 20 ? { ...row, level: '9.5' } : hour === 30 ? { ...row, level: '8.5', note: 'checked' } : row];
  });
  await writeFile(join(home, 'levels.csv'), csv([...edited, { time: '2026-02-03T00:00:00', level: '2', note: 'new' }]));
  await run('import', join(home, 'levels.csv'), '/');
  return { home, pond, folders: [pondFolder(pond, 'levels')] };
}

const focused = (grid: FrameLocator, id: string): Promise<void> => grid.locator(`#${id}.focused`).waitFor();

/** A click in source control opens the differences, which the keyboard visits one after the other. */
async function visit({ page, screenshot }: Window): Promise<FrameLocator> {
  await explorerRow(page, 'levels.csv').waitFor();
  await page.keyboard.press('Control+Shift+G');
  await page.locator('.scm-view .monaco-list-row .resource').filter({ hasText: 'levels.csv' }).click();
  const grid = webview(page);
  const bar = grid.getByRole('toolbar', { name: 'Differences' });
  await bar.getByText('HEAD ↔ working tree').waitFor();
  await bar.getByText('of 40 and 40 rows').waitFor();
  for (const name of ['1 row added', '1 row removed', '2 rows changed'])
    await bar.getByRole('button', { name }).waitFor();
  await bar.getByRole('button', { name: 'Key: time' }).waitFor();
  await grid.locator('.row.changed .cell.differs').filter({ hasText: '→ 9.5' }).waitFor();
  const tooltip = page.locator('.monaco-hover').filter({ hasText: 'Modified, +1 −1 ~2 rows' });
  // The list draws its rows again when the numbers arrive, and with the row goes its tooltip, or the wait for it.
  const pointAtRow = async (): Promise<void> => {
    await page.mouse.move(700, 600);
    await page.locator('.scm-view .resource .label-name').filter({ hasText: 'levels.csv' }).hover();
  };
  await repeatUntil(pointAtRow, () => isShown(tooltip), 'the tooltip of the change has its numbers of rows');
  await screenshot('table-diff');
  await grid.getByRole('grid').focus();
  // Rows 1 and 4 are in one table alone; row 3 has two changed cells.
  for (const id of ['c1-2', 'c2-2', 'c2-3', 'c3-0']) {
    await page.keyboard.press('F7');
    await focused(grid, id);
  }
  await page.keyboard.press('Shift+F7');
  await focused(grid, 'c2-3');
  return grid;
}

/** In a narrow panel a bar keeps its one row: the keyboard reaches the actions that do not fit in a menu. */
async function narrow({ page, screenshot }: Window): Promise<void> {
  await page.setViewportSize({ width: 860, height: 800 });
  const grid = webview(page);
  const more = grid.getByRole('toolbar', { name: 'Differences' }).getByRole('button', { name: 'More Actions…' });
  await more.waitFor();
  for (const name of ['Differences', 'Table']) {
    const box = await grid.getByRole('toolbar', { name }).boundingBox();
    assert.ok(box !== null && box.height < 40, `${name}: ${box?.height}`);
  }
  await more.focus();
  await page.keyboard.press('Enter');
  await grid.getByRole('menuitem', { name: 'note ~1' }).waitFor();
  assert.deepEqual(await seriousViolations(grid), []);
  await screenshot('table-diff-narrow');
  await page.keyboard.press('Escape');
  await grid.locator('.diff-bar button:focus').filter({ hasText: '⋯' }).waitFor();
  await page.setViewportSize({ width: 1280, height: 800 });
  await grid.getByRole('button', { name: 'Show as Text' }).waitFor();
}

/** All rows, only some changes, and what was chosen is there again after the window was loaded again. */
async function choose({ page }: Window, grid: FrameLocator): Promise<void> {
  const bar = grid.getByRole('toolbar', { name: 'Differences' });
  await bar.getByRole('button', { name: 'Only Changes' }).click();
  await grid.locator('.summary').filter({ hasText: '41 rows' }).waitFor();
  assert.equal(await bar.getByRole('button', { name: 'Only Changes' }).getAttribute('aria-pressed'), 'false');
  await bar.getByRole('button', { name: 'More Actions…' }).click();
  await grid.getByRole('menuitem', { name: 'note ~1' }).click();
  await grid.getByRole('group', { name: 'Filters' }).getByText('note changed').waitFor();
  await reloadOnceKept(page, /cells[^a-z]{1,12}kind[^a-z]{1,12}contains/);
  const again = webview(page);
  await again.getByRole('group', { name: 'Filters' }).getByText('note changed').waitFor();
  await again.locator('.row.changed .cell.differs').filter({ hasText: '→ checked' }).waitFor();
}

/** Rows can be matched by another key, and a text can be compared by its lines and back by its rows. */
async function keyAndText({ page }: Window): Promise<void> {
  const bar = webview(page).getByRole('toolbar', { name: 'Differences' });
  await bar.getByRole('button', { name: 'Key: time' }).click();
  await listRow(page, 'time').click();
  await listRow(page, 'level').click();
  await page.keyboard.press('Enter');
  await webview(page).locator('.error').filter({ hasText: 'level is not a key of /levels.csv' }).waitFor();
  // The columns are offered again, though the tables could not be compared.
  await bar.getByRole('button', { name: 'Key: level' }).click();
  await listRow(page, 'level').click();
  await listRow(page, 'time').click();
  await page.keyboard.press('Enter');
  await bar.getByText('of 40 and 40 rows').waitFor();
  await bar.getByRole('button', { name: 'Show as Text' }).click();
  await page.locator('.monaco-diff-editor .view-line').filter({ hasText: 'checked' }).first().waitFor();
  await runCommand(page, 'Pond: Open Table Diff');
  await bar.getByText('HEAD ↔ working tree').waitFor();
}

describe('differences of tables in the editor', () => {
  test('differences are visited and chosen, two edits are merged, and two results compared', { timeout }, async (t) => {
    await flows.through(t, 'table-diff', makeFiles, async (window, files) => {
      const grid = await visit(window);
      await narrow(window);
      await choose(window, grid);
      await keyAndText(window);
      await checkLegible(window, 'table-diff', webview(window.page));
      await mergeConflict(window, files);
      await compareStatements(window, files);
    });
  });
});
