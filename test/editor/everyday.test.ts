/**
 * Everyday work in a real VS Code, by keyboard: queries that are saved in the pond, their history, and what else a person
 * does between them. Saves screenshots in out/screenshots/. Needs the output of `npm run build`.
 */
import assert from 'node:assert/strict';
import { mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Page } from 'playwright-core';
import { seriousViolations } from '../support/accessibility.ts';
import { runPond } from '../support/pondCommand.ts';
import { type Window } from '../support/workbench.ts';
import { startFlows, type FlowFiles, type Flows } from '../support/workbenchFlows.ts';
import { explorerRow, openInExplorer, runCommand, webview } from '../support/workbenchPerson.ts';

const timeout = 300_000;

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

/** Two ponds in one workspace, so that a command that does not know its pond has to ask. */
async function makeHome(): Promise<FlowFiles> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'pond-everyday-test-')));
  await writeFile(join(home, 'levels.yaml'), levels);
  const folders = [];
  for (const [name, file] of [
    ['ground', 'wells.csv'],
    ['sky', 'rain.csv'],
  ] as const) {
    await writeFile(join(home, file), readings);
    const pond = join(home, `${name}.pond`);
    await run(home, pond, 'init', pond);
    await run(home, pond, 'import', join(home, file), '/');
    if (name === 'ground') await run(home, pond, 'apply', '-f', join(home, 'levels.yaml'));
    await run(home, pond, 'commit', '-m', 'Readings');
    folders.push({ uri: `pond://${Buffer.from(pond).toString('hex')}/`, name });
  }
  const workspace = join(home, 'test.code-workspace');
  await writeFile(workspace, JSON.stringify({ folders }));
  return { home, workspace };
}

async function run(home: string, pond: string, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runPond(['--pond', pond, ...args], { cwd: home });
  assert.equal(status, 0, stderr);
  return stdout;
}

let flows: Flows;

describe('everyday work', () => {
  before(async () => {
    flows = await startFlows({ trusted: true });
  });

  after(async () => {
    // Undefined if it failed to start.
    await (flows as Flows | undefined)?.close();
  });

  test('a query is run, saved in its pond, found again and kept as a resource', { timeout }, async (t) => {
    await flows.through(t, 'everyday', makeHome, async (window, { home }) => {
      if (process.env['POND_QUICK'] !== undefined) window.page.setDefaultTimeout(40_000);
      await explorerRow(window.page, 'ground').waitFor();
      await writeQuery(window);
      await saveQuery(window);
      await openPast(window);
      await derive(window);
      await schedule(window);
      await renameSource(window, home);
      await comeBack(window);
    });
  });
});

const tab = (page: Page, text: string | RegExp) => page.locator('.tab').filter({ hasText: text });
const row = (page: Page, text: string | RegExp) =>
  page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text });

/** A query is for the pond of the active file, and its tabs are called by its words. */
async function writeQuery({ page }: Window): Promise<void> {
  await openInExplorer(page, 'ground', 'wells.csv');
  await tab(page, 'wells.csv').waitFor();
  await runCommand(page, 'Pond: New Query');
  const editor = page.locator('.editor-instance .monaco-editor.focused');
  await editor.filter({ hasText: '-- Pond ground' }).waitFor();
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
  await row(page, 'Mean level of the wells').waitFor();
  await screenshot('everyday-history');
  await page.keyboard.press('Enter');
  await page.locator('.editor-instance .monaco-editor.focused').filter({ hasText: 'avg(level)' }).waitFor();
}

/** The query becomes the document of a resource without problems. */
async function derive({ page, screenshot }: Window): Promise<void> {
  await runCommand(page, 'Pond: New Derive from Query');
  const editor = page.locator('.editor-instance .monaco-editor.focused');
  await editor.filter({ hasText: 'kind: Derive' }).waitFor();
  await editor.filter({ hasText: "FROM '$1'" }).waitFor();
  await screenshot('everyday-derive');
}

/** A resource on a schedule runs at once, and its series shows its latest time. */
async function schedule({ page, screenshot }: Window): Promise<void> {
  await openInExplorer(page, 'ground', 'wells.csv');
  await runCommand(page, 'Pond: Set Schedule');
  await row(page, 'Derive/levels').waitFor();
  await page.keyboard.press('Enter');
  await row(page, 'Every 15 min').waitFor();
  await page.keyboard.press('Enter');
  await runCommand(page, 'View: Show Pond');
  const levels = page.locator('.monaco-list-row[aria-label^="Derive/levels, "][aria-label*="every 15 min"]');
  await levels.filter({ hasText: 'just now' }).click();
  const resources = page.locator('.pane-body .monaco-list-row');
  await levels.locator('.monaco-tl-twistie').click();
  await resources.filter({ hasText: 'daily' }).locator('.monaco-tl-twistie').click();
  await resources.filter({ hasText: '2024-01-02 00:00:00' }).waitFor();
  await screenshot('everyday-resources');
  await runCommand(page, 'Pond: Show Graph');
  await tab(page, 'Graph: ground').waitFor();
  await webview(page).getByText('1 resource').waitFor();
  assert.deepEqual(await seriousViolations(webview(page)), []);
}

/** A rename of what a document names changes the document too, when the user wants it. */
async function renameSource({ page, screenshot }: Window, home: string): Promise<void> {
  await openInExplorer(page, 'ground');
  await explorerRow(page, 'wells.csv').click();
  await runCommand(page, 'Explorer: Focus on Folders View');
  await page.keyboard.press('F2');
  await page.locator('.explorer-item-edited input').waitFor();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('levels.csv');
  await page.keyboard.press('Enter');
  const dialog = page.locator('.monaco-dialog-box').filter({ hasText: 'Derive/levels of ground read /wells.csv' });
  await dialog.waitFor();
  await screenshot('everyday-rename');
  await dialog.getByRole('button', { name: 'Change It Too' }).click();
  await explorerRow(page, 'levels.csv').waitFor();
  const pond = join(home, 'ground.pond');
  assert.match(await run(home, pond, 'cat', '/Derive/levels/resource.yaml'), /pattern: \/levels\.csv\n/);
}

/** After a reload the result and the graph are there again, and the query still belongs to its pond. */
async function comeBack({ page }: Window): Promise<void> {
  await runCommand(page, 'Developer: Reload Window');
  await tab(page, 'Graph: ground').click();
  await webview(page).getByText('1 resource').waitFor();
  await tab(page, 'Result: Mean level of the wells (ground)').click();
  await webview(page).locator('#c0-0').filter({ hasText: '2' }).waitFor();
}
