/**
 * Everyday work in a real VS Code, by keyboard: queries that are saved in the pond, their history, and what else a person
 * does between them. Saves screenshots in out/screenshots/. Needs the output of `npm run build`.
 */
import assert from 'node:assert/strict';
import { mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Locator, type Page } from 'playwright-core';
import { seriousViolations } from '../support/accessibility.ts';
import { runPond } from '../support/pondCommand.ts';
import { type Window } from '../support/workbench.ts';
import { flows, flowTimeoutMs as timeout, type FlowFiles } from '../support/workbenchFlows.ts';
import {
  chooseInMenu,
  explorerRow,
  inEveryTheme,
  listRow,
  pick,
  pressInBar,
  reloadOnceKept,
  rowInFolder,
  runCommand,
  runCommandUntil,
  webview,
} from '../support/workbenchPerson.ts';
import { pondFolder, type Workspace } from '../support/workspaceFile.ts';

const readings = 'time,level\n2024-01-01T00:00:00Z,1.5\n2024-01-02T00:00:00Z,2.5\n';

const levels = `apiVersion: duckpond/v1
kind: Derive
name: levels
desc: Levels as a series
spec:
  collections:
    - name: daily
      pattern: /wells.csv
      query: |
        SELECT epoch(time)::BIGINT AS "Timestamp", level FROM '$1'
`;

/** Three ponds in one workspace, so that a command that does not know its pond has to ask; one is read-only. */
async function makeHome(): Promise<FlowFiles> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'pond-everyday-test-')));
  await writeFile(join(home, 'levels.yaml'), levels);
  const folders: Workspace['folders'][number][] = [];
  for (const [name, file] of [
    ['ground', 'wells.csv'],
    ['sky', 'rain.csv'],
    ['sea', 'depth.csv'],
  ] as const) {
    await writeFile(join(home, file), readings);
    const pond = join(home, `${name}.pond`);
    await run(home, pond, 'init', pond);
    await run(home, pond, 'import', join(home, file), '/');
    if (name === 'ground') await run(home, pond, 'apply', '-f', join(home, 'levels.yaml'));
    await run(home, pond, 'commit', '-m', 'Readings');
    if (name !== 'sea') folders.push(pondFolder(pond, name));
  }
  // A copy that can only be read.
  const look = join(home, 'look.pond');
  const { status, stderr } = await runPond(['clone', join(home, 'sea.pond'), look, '--at', 'HEAD'], { cwd: home });
  assert.equal(status, 0, stderr);
  folders.push(pondFolder(look, 'look'));
  return { home, folders };
}

async function run(home: string, pond: string, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runPond(['--pond', pond, ...args], { cwd: home });
  assert.equal(status, 0, stderr);
  return stdout;
}

test(
  'a query is saved and kept as a resource, which runs on a schedule, and what it reads is renamed and moved',
  { timeout },
  async (t) => {
    await flows.through(t, 'everyday', makeHome, async (window, files) => {
      await writeQuery(window);
      await saveQuery(window);
      await openPast(window);
      await derive(window);
      await schedule(window);
      await readOnly(window);
      // Opened after the result and the graph.
      await reloadOnceKept(window.page, /depth\.csv/);
      await resultIsBack(window);
      await graphIsBack(window);
      await accessible(window);
      await renameSource(window, files.home);
      await moveToOtherPond(window, files.home);
      await walkThrough(window);
    });
  },
);

const tab = (page: Page, text: string | RegExp) => page.locator('.tab').filter({ hasText: text });

/** Opens a file whose name only one pond has. */
async function openFile(page: Page, folder: string, name: string): Promise<void> {
  const file = await rowInFolder(page, folder, name);
  await file.click();
}

/** A query is for the pond of the active file, and its tabs are called by its words. */
async function writeQuery({ page }: Window): Promise<void> {
  await openFile(page, 'ground', 'wells.csv');
  await tab(page, 'wells.csv').waitFor();
  await runCommand(page, 'Pond: New Query');
  const editor = page.locator('.editor-instance .monaco-editor.focused');
  await editor.filter({ hasText: '-- Pond ground' }).filter({ hasText: 'FROM "/wells.csv"' }).waitFor();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText('-- Mean level of the wells\nSELECT avg(level) AS mean FROM "/wells.csv"');
  await page.keyboard.press('Control+Enter');
  await tab(page, 'Result: Mean level of the wells (ground)').waitFor();
  await webview(page).locator('#c0-0').filter({ hasText: '2' }).waitFor();
  assert.deepEqual(await seriousViolations(webview(page)), []);
}

/** Save writes the file into the pond, and the same tab goes on with it. */
async function saveQuery({ page, screenshot }: Window): Promise<void> {
  await page.keyboard.press('Control+S');
  const input = page.locator('.quick-input-widget input[type=text]');
  await input.waitFor();
  assert.equal(await input.inputValue(), '/queries/mean-level-of-the-wells.pondsql');
  await page.keyboard.press('Enter');
  await tab(page, 'mean-level-of-the-wells.pondsql').waitFor();
  await page.locator('.statusbar-item').filter({ hasText: 'ground · 2 staged' }).waitFor();
  await screenshot('everyday-query');
}

/** The history lists what ran, and opens it. */
async function openPast({ page, screenshot }: Window): Promise<void> {
  await runCommand(page, 'Pond: Query History');
  await listRow(page, 'Mean level of the wells').waitFor();
  await screenshot('everyday-history');
  await page.keyboard.press('Enter');
  await page.locator('.editor-instance .monaco-editor.focused').filter({ hasText: 'avg(level)' }).waitFor();
}

/** The query becomes the document of a resource without problems. */
async function derive({ page, screenshot }: Window): Promise<void> {
  await runCommand(page, 'Pond: Derive from Query');
  const editor = page.locator('.editor-instance .monaco-editor.focused');
  await editor.filter({ hasText: 'kind: Derive' }).waitFor();
  await editor.filter({ hasText: "FROM '$1'" }).waitFor();
  await screenshot('everyday-derive');
}

/** The result is there again after a reload. */
async function resultIsBack({ page }: Window): Promise<void> {
  await tab(page, 'Result: Mean level of the wells (ground)').click();
  await webview(page).locator('#c0-0').filter({ hasText: '2' }).waitFor();
}

/** A resource on a schedule runs at once, and its series shows its latest time. */
async function schedule(window: Window): Promise<void> {
  const { page, screenshot } = window;
  await openFile(page, 'ground', 'wells.csv');
  await runCommand(page, 'Pond: Set Schedule');
  // By mouse: the page of the result may take the focus after the list has opened, and then the keys too.
  await pick(page, 'Derive/levels');
  await pick(page, 'Every 15 min');
  await runCommand(page, 'View: Show Pond');
  const levels = page.locator('.monaco-list-row[aria-label^="Derive/levels, "][aria-label*="every 15 min"]');
  await levels.filter({ hasText: 'just now' }).click();
  const resources = page.locator('.pane-body .monaco-list-row');
  await levels.locator('.monaco-tl-twistie').click();
  await resources.filter({ hasText: 'daily' }).locator('.monaco-tl-twistie').click();
  await resources.filter({ hasText: '2024-01-02 00:00:00' }).waitFor();
  await screenshot('everyday-resources');
  await seconds(window, resources.filter({ hasText: '2024-01-02 00:00:00' }));
  await runCommand(page, 'Pond: Show Graph');
  await tab(page, 'Graph: ground').waitFor();
  await webview(page).getByText('1 resource').waitFor();
  assert.deepEqual(await seriousViolations(webview(page)), []);
}

/** The seconds of a series are shown with the times that they mean, and one is found by its time. */
async function seconds(window: Window, series: Locator): Promise<void> {
  const { page } = window;
  await series.click();
  await tab(page, 'wells.csv').and(page.locator('.active')).waitFor();
  const grid = webview(page);
  await grid
    .getByRole('columnheader', { name: /^Timestamp/ })
    .filter({ hasText: 'seconds UTC' })
    .waitFor();
  await grid.locator('#c0-0').filter({ hasText: '1704067200' }).filter({ hasText: '2024-01-01 00:00:00' }).click();
  await page.keyboard.press('Control+g');
  const find = grid.getByRole('search').getByRole('textbox');
  await find.fill('2024-01-01 12:00');
  await page.keyboard.press('Enter');
  await grid.locator('#c1-0.focused').waitFor();
  for (const key of ['Escape', 'Shift+ArrowUp']) await page.keyboard.press(key);
  await grid.locator('#c0-0.focused').waitFor();
  await inEveryTheme(window, async (kind) => {
    assert.deepEqual(await seriousViolations(grid), [], `seconds, ${kind}`);
  });
}

/** A rename of what a document names changes the document too, when the user wants it. */
async function renameSource({ page, screenshot }: Window, home: string): Promise<void> {
  await openFile(page, 'ground', 'wells.csv');
  await runCommand(page, 'Explorer: Focus on Folders View');
  await page.keyboard.press('F2');
  await page.locator('.explorer-item-edited input').waitFor();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('levels.csv');
  await page.keyboard.press('Enter');
  await explorerRow(page, 'levels.csv').waitFor();
  // The editor follows the file some time after the explorer; until then, keys may be lost.
  await tab(page, 'levels.csv').first().waitFor();
  await page.locator('.monaco-editor .view-line').filter({ hasText: 'time,level' }).first().click();
  const question = '/wells.csv of ground is now /levels.csv, but Derive/levels reads the old path.';
  const list = page.locator('.notifications-center').filter({ hasText: question });
  const change = list.getByRole('button', { name: 'Change It Too' });
  // The list closes by itself after its last notification, such as that of the progress.
  await runCommandUntil(page, 'Notifications: Show Notifications', change);
  await screenshot('everyday-rename');
  await change.click();
  // With the query and its directory.
  await page.locator('.statusbar-item').filter({ hasText: 'ground · 4 staged' }).waitFor();
  const pond = join(home, 'ground.pond');
  assert.match(await run(home, pond, 'cat', '/Derive/levels/resource.yaml'), /pattern: \/levels\.csv\n/);
}

/** The graph is there again after a reload. */
async function graphIsBack({ page }: Window): Promise<void> {
  await tab(page, 'Graph: ground').click();
  await webview(page).getByText('1 resource').waitFor();
}

/** A file that is cut and pasted into another pond is copied, compared and then removed, after a question. */
async function moveToOtherPond({ page }: Window, home: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await openFile(page, 'sky', 'rain.csv');
  await runCommand(page, 'Explorer: Focus on Folders View');
  await page.keyboard.press('Control+X');
  // In a browser, the key of Paste would need the clipboard.
  await chooseInMenu(page, explorerRow(page, 'ground'), 'Paste');
  const dialog = page.locator('.monaco-dialog-box').filter({ hasText: 'Move /rain.csv (1 file) from sky to ground?' });
  await dialog.getByRole('button', { name: 'Move', exact: true }).click();
  await page.locator('.explorer-folders-view .monaco-list-row[aria-label^="rain.csv"][aria-posinset="4"]').waitFor();
  assert.equal(await run(home, join(home, 'ground.pond'), 'cat', '/rain.csv'), readings);
  assert.doesNotMatch(await run(home, join(home, 'sky.pond'), 'ls', '/'), /rain/);
}

/** A pond that cannot be written says so in the status bar, in its tab and in Source Control. */
async function readOnly({ page, screenshot }: Window): Promise<void> {
  await openFile(page, 'look', 'depth.csv');
  await page.locator('.statusbar-item').filter({ hasText: 'look · nothing staged · read-only' }).waitFor();
  await page.keyboard.press('Control+Shift+G');
  await page.getByText('Read-only: a copy of version').first().waitFor();
  await screenshot('everyday-read-only');
}

/** The first steps are those after opening a pond, are checked off, and are legible in every kind of theme. */
async function walkThrough(window: Window): Promise<void> {
  const { page, screenshot } = window;
  await runCommand(page, 'Welcome: Open Walkthrough');
  await listRow(page, 'Get Started with DuckPond').waitFor();
  await page.locator('.quick-input-widget input[type=text]').fill('Get Started with DuckPond');
  await page.keyboard.press('Enter');
  // What no other flow in the window does.
  const step = page.locator('.getting-started-step').filter({ hasText: 'Bring in your files' });
  const isDone = step.locator('.codicon-getting-started-step-checked');
  await step.waitFor();
  assert.equal(await isDone.count(), 0);
  assert.equal(await page.locator('.getting-started-step').filter({ hasText: 'Make or open a pond' }).count(), 0);
  await runCommand(page, 'Pond: Import');
  // The first steps are of no pond.
  await page.locator('.quick-input-widget').filter({ hasText: 'ground.pond' }).waitFor();
  await page.keyboard.press('Escape');
  await isDone.waitFor();
  await inEveryTheme(window, (kind) => screenshot(`everyday-walkthrough-${kind}`));
}

/** A table and its plot have no serious violation in any kind of theme. */
async function accessible(window: Window): Promise<void> {
  const { page, screenshot } = window;
  await openFile(page, 'ground', 'wells.csv');
  await runCommand(page, 'Pond: Open as Table');
  await tab(page, 'wells.csv').nth(1).waitFor();
  const grid = webview(page);
  await grid.locator('.summary').filter({ hasText: '2 rows' }).waitFor();
  // The file of a table is the active one, as that of a text is.
  await runCommand(page, 'Pond: State Format');
  await page
    .locator('.quick-input-title')
    .filter({ hasText: 'How the CSV files at /wells.csv of ground are' })
    .waitFor();
  await page.keyboard.press('Escape');
  await inEveryTheme(window, async (kind) => {
    assert.deepEqual(await seriousViolations(grid), [], `table, ${kind}`);
  });
  await pressInBar(grid, 'Plot');
  await grid.locator('svg').first().waitFor();
  await inEveryTheme(window, async (kind) => {
    assert.deepEqual(await seriousViolations(grid), [], `plot, ${kind}`);
    await screenshot(`everyday-plot-${kind}`);
  });
  await runCommand(page, 'View: Revert and Close Editor');
}
