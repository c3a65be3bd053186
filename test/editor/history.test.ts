/**
 * The history of a pond in a real VS Code: its view, tags, undo, commits of a part, reverted changes, files and texts that
 * are found, and a pond whose folder vanishes.
 */
import assert from 'node:assert/strict';
import { mkdtemp, realpath, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Locator, type Page } from 'playwright-core';
import { checkLegible } from '../support/legible.ts';
import { runPond } from '../support/pondCommand.ts';
import { type Window } from '../support/workbench.ts';
import { flows, flowTimeoutMs as timeout, type FlowFiles } from '../support/workbenchFlows.ts';
import {
  chooseInMenu,
  listRow,
  notified,
  openInExplorer,
  runCommand,
  runCommandUntil,
  webview,
} from '../support/workbenchPerson.ts';
import { pondFolder } from '../support/workspaceFile.ts';

const lines = (...texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');

const depths = `apiVersion: duckpond/v1
kind: Derive
name: depths
desc: Depths as a series
spec:
  collections:
    - name: buoys
      pattern: /buoys/depths.csv
      query: SELECT epoch(time)::BIGINT AS "Timestamp", depth FROM '$1'
`;

/** A pond with a resource, commits of people and of a run, and two staged changes. */
async function makePond(): Promise<FlowFiles> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'pond-history-test-')));
  const pond = join(home, 'lake.pond');
  const run = async (args: readonly string[], input = ''): Promise<void> => {
    const { status, stderr } = await runPond(['--pond', pond, ...args], { cwd: home, input });
    assert.equal(status, 0, stderr);
  };
  await run(['init', pond]);
  await run(['mkdir', '/buoys']);
  await run(['write', '/buoys/north.txt'], lines('depth 4 m', 'sensor A', 'serviced'));
  await run(['write', '/notes.txt'], lines('one', 'two', 'three'));
  await run(['write', '/buoys/depths.csv'], lines('time,depth', '2026-05-01T00:00:00Z,4', '2026-05-02T00:00:00Z,5'));
  await writeFile(join(home, 'depths.yaml'), depths);
  await run(['apply', '-f', join(home, 'depths.yaml')]);
  await run(['commit', '-m', 'Deploy the buoy']);
  await run(['run', 'depths']);
  await run(['write', '/buoys/north.txt'], lines('depth 5 m', 'sensor A', 'serviced'));
  await run(['commit', '-m', 'Correct the depth']);
  await run(['write', '/notes.txt'], lines('one', 'TWO', 'three'));
  await run(['write', '/plan.txt'], lines('plan'));
  return { home, folders: [pondFolder(pond, 'lake')] };
}

const historyRow = (page: Page, text: string | RegExp): Locator =>
  page.locator('.pane:has(.pane-header[aria-label^="History"]) .monaco-list-row').filter({ hasText: text });

const status = (page: Page, text: string): Locator => page.locator('.statusbar-item').filter({ hasText: text });

const input = (page: Page): Locator => page.locator('.quick-input-widget input[type=text]');

async function answer(page: Page, question: string, button: string): Promise<void> {
  const dialog = page.locator('.monaco-dialog-box').filter({ hasText: question });
  await dialog.waitFor();
  await dialog.getByRole('button', { name: button }).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** A commit is found in the view, its file compared with the version before, and the commit named. */
async function lookBack({ page, screenshot }: Window): Promise<void> {
  const commit = historyRow(page, 'Correct the depth');
  await status(page, 'lake · 2 staged').waitFor();
  await runCommandUntil(page, 'Pond: Show History', commit);
  await commit.click();
  await page.keyboard.press('ArrowRight');
  await historyRow(page, 'north.txt').click();
  await page.locator('.tab').filter({ hasText: 'north.txt (2 ↔ 3)' }).waitFor();
  await lookAtVersion(page);
  await chooseInMenu(page, commit, 'Tag Version…');
  await input(page).fill('report-2026');
  await page.keyboard.press('Enter');
  await historyRow(page, '(report-2026) 3').waitFor();
  await historyRow(page, 'Tag commit 3 as report-2026').waitFor();
  await screenshot('history');
}

/** A table of an earlier commit is opened under a title that says so, and compared by its rows with what there is now. */
async function lookAtVersion(page: Page): Promise<void> {
  await historyRow(page, 'Deploy the buoy').click();
  await page.keyboard.press('ArrowRight');
  const file = historyRow(page, 'depths.csv');
  await chooseInMenu(page, file, 'Open Version');
  await page.locator('.tab').filter({ hasText: 'depths.csv (1)' }).waitFor();
  await chooseInMenu(page, file, 'Compare with Working Tree');
  await page.locator('.tab').filter({ hasText: 'depths.csv (1 ↔ working tree)' }).waitFor();
  await webview(page).getByText('No row differs.', { exact: true }).waitFor();
}

/** One of two staged files is committed from its row; the commit is undone, and the other stays staged. */
async function commitOne({ page, screenshot }: Window): Promise<void> {
  await page.keyboard.press('Control+Shift+G');
  const row = page.locator('.scm-view .monaco-list-row').filter({ hasText: 'plan.txt' });
  await row.waitFor();
  await page.locator('.scm-view .scm-editor').first().click();
  await page.keyboard.insertText('Plan the cruise');
  await chooseInMenu(page, row, 'Commit Selected');
  await status(page, 'lake · 1 staged').waitFor();
  await row.waitFor({ state: 'detached' });
  await runCommand(page, 'Pond: Undo Last Commit');
  await page.locator('.monaco-dialog-box').filter({ hasText: '/plan.txt: removed' }).waitFor();
  await screenshot('undo');
  await answer(page, 'Undo commit 5 of lake: Plan the cruise?', 'Undo Commit');
  await runCommand(page, 'Pond: Show History');
  await historyRow(page, 'Undo commit 5: Plan the cruise').waitFor();
  await status(page, 'lake · 1 staged').waitFor();
}

/** The gutter of a changed file reverts a change. */
async function revert({ page, screenshot }: Window): Promise<void> {
  await openInExplorer(page, 'notes.txt');
  await page.locator('.monaco-editor .view-line').filter({ hasText: 'TWO' }).click();
  const glyph = page.locator('.dirty-diff-glyph').first();
  await glyph.waitFor();
  await runCommand(page, 'Show Next Change');
  await screenshot('revert');
  await page.locator('.peekview-actions .codicon-discard').click();
  await glyph.waitFor({ state: 'detached' });
  await page.keyboard.press('Control+S');
  await status(page, 'lake · nothing staged').waitFor();
}

/** A file is opened by some letters of its path, and a line by a word in it. */
async function find(window: Window): Promise<void> {
  const { page, screenshot } = window;
  await runCommand(page, 'Pond: Go to File');
  const found = listRow(page, 'north.txt');
  await page.locator('.quick-input-title').filter({ hasText: 'Go to File of lake' }).waitFor();
  // Into the list itself: the editor has the focus until the list is shown.
  await input(page).fill('buno');
  await found.waitFor();
  await screenshot('go-to-file');
  // A name that is typed at once, with Enter, waits for its files.
  await input(page).fill('notes');
  await input(page).fill('buno');
  await page.keyboard.press('Enter');
  await page.locator('.tab.active').filter({ hasText: 'north.txt' }).waitFor();
  await runCommand(page, 'Pond: Find in Files');
  await page.locator('.quick-input-title').filter({ hasText: 'Find in Files of lake' }).waitFor();
  await input(page).fill('sensor A');
  await page.keyboard.press('Enter');
  const results = page.locator('.pane:has(.pane-header[aria-label^="Search"])');
  await results.getByText('1 line in 1 file.').waitFor();
  await results.locator('.monaco-list-row').filter({ hasText: 'sensor A' }).click();
  await status(page, 'Ln 2, Col').waitFor();
  await checkLegible(window, 'search');
}

/** The views of the pond, Source Control and a comparison are legible in each kind of theme, and name no ids. */
async function look(window: Window): Promise<void> {
  const { page } = window;
  await runCommandUntil(page, 'Pond: Show History', historyRow(page, 'Correct the depth'));
  await historyRow(page, 'Deploy the buoy').click();
  await page.keyboard.press('ArrowRight');
  await historyRow(page, 'depths').first().waitFor();
  await checkLegible(window, 'pond-views');
  await page.keyboard.press('Control+Shift+G');
  await page.locator('.scm-view .monaco-list-row').filter({ hasText: 'notes.txt' }).click();
  await page.locator('.tab').filter({ hasText: 'notes.txt' }).first().waitFor();
  await checkLegible(window, 'source-control');
}

/** Every window says that the folder of the pond is gone, saves nothing, and goes on when it is back. */
async function vanish({ page, screenshot }: Window, { home }: FlowFiles): Promise<void> {
  const other = await page.context().newPage();
  await other.goto(page.url());
  for (const window of [page, other]) await status(window, 'lake · nothing staged').waitFor();
  await rename(join(home, 'lake.pond'), join(home, 'away'));
  for (const window of [page, other]) await status(window, 'lake · folder is gone').waitFor();
  await page.bringToFront();
  await notified(
    page,
    `The folder ${join(home, 'lake.pond')} was removed or moved. Nothing is saved until it is back.`,
  );
  await page.locator('.monaco-editor .view-line').filter({ hasText: 'two' }).click();
  await page.keyboard.press('End');
  await page.keyboard.insertText(' and a half');
  await page.keyboard.press('Control+S');
  const refused = page.locator('.notifications-center').filter({ hasText: "Failed to save 'notes.txt'" });
  await runCommandUntil(page, 'Notifications: Show Notifications', refused);
  await page.locator('.tab.dirty.active').filter({ hasText: 'notes.txt' }).waitFor();
  await screenshot('vanished');
  await rename(join(home, 'away'), join(home, 'lake.pond'));
  await status(other, 'staged').waitFor();
  await page.bringToFront();
  await page.locator('.monaco-editor .view-line').filter({ hasText: 'two and a half' }).click();
  await page.keyboard.press('Control+S');
  for (const window of [page, other]) await status(window, 'lake · 1 staged').waitFor();
  await other.close();
}

test(
  'commits are found, named, undone, made in parts, and reverted in the gutter, and a pond may vanish',
  { timeout },
  async (t) => {
    await flows.through(t, 'history', makePond, async (window, files) => {
      await lookBack(window);
      await commitOne(window);
      await look(window);
      await find(window);
      await revert(window);
      await vanish(window, files);
    });
  },
);
