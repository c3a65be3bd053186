/** The history of a pond in a real VS Code: its view, tags, undo, commits of a part, and reverted changes. */
import assert from 'node:assert/strict';
import { mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Locator, type Page } from 'playwright-core';
import { runPond } from '../support/pondCommand.ts';
import { type Window } from '../support/workbench.ts';
import { flows, type FlowFiles } from '../support/workbenchFlows.ts';
import { chooseInMenu, openInExplorer, runCommand, runCommandUntil } from '../support/workbenchPerson.ts';

const timeout = 300_000;
const lines = (...texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');

/** A pond with three commits, and two staged changes. */
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
  await run(['commit', '-m', 'Deploy the buoy']);
  await run(['write', '/buoys/north.txt'], lines('depth 5 m', 'sensor A', 'serviced'));
  await run(['commit', '-m', 'Correct the depth']);
  await run(['write', '/notes.txt'], lines('one', 'TWO', 'three'));
  await run(['write', '/plan.txt'], lines('plan'));
  const uri = `pond://${Buffer.from(pond).toString('hex')}/`;
  const workspace = join(home, 'test.code-workspace');
  await writeFile(workspace, JSON.stringify({ folders: [{ uri, name: 'lake' }] }));
  return { home, workspace };
}

const historyRow = (page: Page, text: string | RegExp): Locator =>
  page.locator('.pane:has(.pane-header[aria-label^="History"]) .monaco-list-row').filter({ hasText: text });

const status = (page: Page, text: string): Locator => page.locator('.statusbar-item').filter({ hasText: text });

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
  await page.locator('.tab').filter({ hasText: 'north.txt (1 ↔ 2)' }).waitFor();
  await chooseInMenu(page, commit, 'Tag Version…');
  await page.locator('.quick-input-widget input').fill('report-2026');
  await page.keyboard.press('Enter');
  await historyRow(page, '(report-2026) 2').waitFor();
  await historyRow(page, 'Tag commit 2 as report-2026').waitFor();
  await screenshot('history');
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
  await answer(page, 'Undo commit 4: Plan the cruise?', 'Undo Commit');
  await runCommand(page, 'Pond: Show History');
  await historyRow(page, 'Undo commit 4: Plan the cruise').waitFor();
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

test('commits are found, named, undone, made in parts, and reverted in the gutter', { timeout }, async (t) => {
  await flows.through(t, 'history', makePond, async (window) => {
    await lookBack(window);
    await commitOne(window);
    await revert(window);
  });
});
