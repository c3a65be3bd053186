/**
 * The editor, in a real VS Code: the suite that runs inside its extension host, then what a person does with the keyboard.
 * Pictures of it are kept in out/screenshots/. Needs what `npm run build` makes.
 */
import assert from 'node:assert/strict';
import { mkdtemp, mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { mustRun, root } from '../../scripts/run.mjs';
import { startWorkbench, type Window, type Workbench } from '../support/workbench.ts';
import {
  explorerRow,
  openInExplorer,
  paletteTitles,
  runCommand,
  typeOver,
  webview,
} from '../support/workbenchPerson.ts';

const suiteTimeoutMs = 600_000;
const flowTimeoutMs = 300_000;

const resource = [
  'apiVersion: www.hydrovu.com/v1',
  'kind: Inbox',
  'nam: stations',
  'spec:',
  '  pattern: /in/*.csv',
  '',
].join('\n');

/** Host files of one test run: a pond with real data, and workspaces that show it. */
interface Fixture {
  readonly home: string;
  readonly pond: string;
  /** A workspace of an empty host folder. */
  readonly plain: string;
  /** A workspace that shows the pond, as a window that is restored has it. */
  readonly withPond: string;
}

async function makeFixture(): Promise<Fixture> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'pond-editor-test-')));
  try {
    return await fill(home);
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

async function fill(home: string): Promise<Fixture> {
  const pond = join(home, 'demo.pond');
  const data = join(root, 'node_modules', 'vega-datasets', 'data');
  const run = (...args: readonly string[]): Promise<string> =>
    mustRun(process.execPath, [join(root, 'out', 'pond.mjs'), '--pond', pond, ...args], {
      failure: `pond ${args[0]} failed`,
    });
  await run('init', pond);
  await run('mkdir', '/weather');
  await run('import', join(data, 'seattle-weather.csv'), join(data, 'weather.csv'), '/weather');
  await run('import', join(data, 'flights-3m.parquet'), '/');
  await run('commit', '-m', 'Import the data sets');
  const staged = join(home, 'stations.yaml');
  await writeFile(staged, resource);
  await run('import', staged, '/');
  await run('rm', '/weather/weather.csv');
  await mkdir(join(home, 'files'));
  const workspace = async (name: string, folders: readonly unknown[]): Promise<string> => {
    const file = join(home, `${name}.code-workspace`);
    await writeFile(file, JSON.stringify({ folders }));
    return file;
  };
  const address = `pond://${Buffer.from(pond).toString('hex')}/`;
  return {
    home,
    pond,
    plain: await workspace('plain', [{ path: 'files' }]),
    withPond: await workspace('demo', [{ uri: address, name: 'demo' }]),
  };
}

describe('the editor', () => {
  let fixture: Fixture;
  let workbench: Workbench;

  before(async () => {
    fixture = await makeFixture();
    workbench = await startWorkbench({ trusted: true });
  });

  after(async () => {
    // Neither is there when making the first failed.
    await (workbench as Workbench | undefined)?.close();
    const home = (fixture as Fixture | undefined)?.home;
    if (home !== undefined) await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });

  /** Opens a window for one test; when the test fails, a picture of it is kept. */
  async function inWindow(name: string, workspace: string, use: (window: Window) => Promise<void>): Promise<void> {
    const window = await workbench.open({ workspace });
    try {
      await use(window);
    } catch (error) {
      await window.screenshot(`failed-${name}`);
      throw error;
    } finally {
      await window.close();
    }
  }

  test('the suite inside the extension host passes', { timeout: suiteTimeoutMs + 60_000 }, async (t) => {
    const tests = join(root, 'out', 'test', 'editor', 'index.cjs');
    const window = await workbench.open({ workspace: fixture.plain, tests });
    try {
      const { lines, failure } = await window.finished(suiteTimeoutMs);
      assert.equal(failure, undefined, lines.join('\n'));
      for (const line of lines.filter((text) => text.includes('; ratio '))) t.diagnostic(line);
      assert.ok(lines.some((line) => line.startsWith('ok - ')));
    } finally {
      await window.screenshot('suite');
      await window.close();
    }
  });

  test(
    'a restored window shows the pond, its status and a resource with a mistake',
    { timeout: flowTimeoutMs },
    async () => {
      await inWindow('explorer', fixture.withPond, async ({ page, screenshot }) => {
        await explorerRow(page, 'flights-3m.parquet').waitFor();
        await openInExplorer(page, 'weather', 'stations.yaml');
        await page.locator('.statusbar-item').filter({ hasText: 'demo · 2 staged' }).waitFor();
        await page.locator('.squiggly-error').first().waitFor();
        await runCommand(page, 'View: Toggle Problems');
        await page.locator('.markers-panel .monaco-list-row').first().waitFor();
        await screenshot('explorer-and-diagnostics');
      });
    },
  );

  test('a query of three million rows is scrolled to its end', { timeout: flowTimeoutMs }, async () => {
    await inWindow('grid', fixture.withPond, async ({ page, screenshot }) => {
      await page.locator('.statusbar-item').filter({ hasText: 'demo ·' }).waitFor();
      await runCommand(page, 'Pond: New Query');
      await page.locator('.editor-instance[data-uri^="untitled:"], .editor-container .monaco-editor').first().waitFor();
      await typeOver(page, 'SELECT *, nullif(delay, 0) AS late\nFROM "/flights-3m.parquet"');
      await page.keyboard.press('Control+Enter');
      const grid = webview(page);
      await grid.locator('.summary').filter({ hasText: '3,000,000 rows' }).waitFor();
      const table = grid.getByRole('grid');
      assert.equal(await table.getAttribute('aria-rowcount'), '3000001');
      await grid.locator('#c0-0').filter({ hasNotText: '…' }).waitFor();
      await screenshot('grid-start');
      await table.focus();
      await page.keyboard.press('Control+End');
      await grid.locator('[id^="c2999999-"]').filter({ hasNotText: '…' }).first().waitFor();
      await grid.locator('.cell.null').first().waitFor();
      assert.equal(
        await grid.locator('.cell.focused').getAttribute('id'),
        `c2999999-${(await columnCount(table)) - 1}`,
      );
      await screenshot('grid-end');
    });
  });

  test('a result is plotted over its time, column by column', { timeout: flowTimeoutMs }, async () => {
    await inWindow('plot', fixture.withPond, async ({ page, screenshot }) => {
      await page.locator('.statusbar-item').filter({ hasText: 'demo ·' }).waitFor();
      await runCommand(page, 'Pond: New Query');
      await page.locator('.editor-instance[data-uri^="untitled:"], .editor-container .monaco-editor').first().waitFor();
      await typeOver(page, 'SELECT date, temp_max, temp_min, weather FROM "/weather/seattle-weather.csv"');
      await page.keyboard.press('Control+Enter');
      const grid = webview(page);
      await grid.getByRole('button', { name: 'Plot' }).click();
      await grid.getByRole('img', { name: 'temp_max, temp_min by date' }).waitFor();
      assert.equal(await grid.locator('[aria-label="line"] path').count(), 2);
      await screenshot('plot');
      await grid.getByRole('button', { name: 'temp_min' }).click();
      await grid.getByRole('img', { name: 'temp_max by date' }).waitFor();
      await grid.getByRole('button', { name: 'Rows' }).click();
      await grid.locator('#c0-0').filter({ hasText: '2012-01-01' }).waitFor();
    });
  });

  test('what is staged is discarded after a question', { timeout: flowTimeoutMs }, async () => {
    await inWindow('discard', fixture.withPond, async ({ page, screenshot }) => {
      const status = page.locator('.statusbar-item');
      await status.filter({ hasText: 'demo · 2 staged' }).waitFor();
      await openInExplorer(page, 'weather', 'seattle-weather.csv');
      await page.locator('.monaco-editor .view-line').first().waitFor();
      await runCommand(page, 'Pond: Restore Version');
      await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Import the data sets' }).waitFor();
      await page.keyboard.press('Escape');
      await runCommand(page, 'Pond: Discard');
      await page.locator('.monaco-dialog-box').waitFor();
      await screenshot('discard');
      await page.keyboard.press('Escape');
      await page.locator('.monaco-dialog-box').waitFor({ state: 'hidden' });
      await status.filter({ hasText: 'demo · 2 staged' }).waitFor();
    });
  });

  test('source control commits what is staged', { timeout: flowTimeoutMs }, async () => {
    await inWindow('source-control', fixture.withPond, async ({ page, screenshot }) => {
      await page.locator('.statusbar-item').filter({ hasText: 'demo · 2 staged' }).waitFor();
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
      await page
        .locator('.quick-input-list .monaco-list-row')
        .filter({ hasText: 'Stations, and one file less' })
        .waitFor();
      await screenshot('log');
      await page.keyboard.press('Enter');
      await page.locator('.multiDiffEntry, .multiDiffEditor').first().waitFor();
      await page.locator('.tab').filter({ hasText: 'Stations, and one file less' }).waitFor();
      await screenshot('commit');
    });
  });
});

test('a restricted window shows the pond and runs nothing', { timeout: 2 * flowTimeoutMs }, async () => {
  const fixture = await makeFixture();
  const workbench = await startWorkbench({ trusted: false });
  try {
    const { page, screenshot } = await workbench.open({ workspace: fixture.withPond });
    await explorerRow(page, 'flights-3m.parquet').waitFor();
    const titles = await paletteTitles(page, 'Pond: ');
    const offered = (title: string): boolean => titles.some((shown) => shown === `Pond: ${title}`);
    assert.ok(offered('Show Log'));
    for (const title of ['Import', 'Export', 'New Query', 'Run Query', 'Init', 'Run All Resources', 'Apply Resource'])
      assert.ok(!offered(title), title);
    await screenshot('restricted');
  } finally {
    await workbench.close();
    await rm(fixture.home, { recursive: true, force: true, maxRetries: 5 });
  }
});

async function columnCount(table: { getAttribute(name: string): Promise<string | null> }): Promise<number> {
  return Number(await table.getAttribute('aria-colcount'));
}
