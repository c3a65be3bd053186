/**
 * Resources in a real VS Code, as a user meets them: applied from a folder, committed, run, opened, deleted. Saves
 * screenshots in out/screenshots/. Needs the output of `npm run build`.
 */
import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type FrameLocator, type Locator, type Page } from 'playwright-core';
import { root } from '../../scripts/run.mjs';
import { checkLegible } from '../support/legible.ts';
import { runPond } from '../support/pondCommand.ts';
import { type Window } from '../support/workbench.ts';
import { flows, flowTimeoutMs as timeout, type FlowFiles } from '../support/workbenchFlows.ts';
import { openInExplorer, repeatUntil, runCommand, runCommandUntil, webview } from '../support/workbenchPerson.ts';
import { pondFolder } from '../support/workspaceFile.ts';

const resources = `apiVersion: duckpond/v1
kind: Inbox
name: weather
desc: Weather files, dropped into a folder
spec:
  pattern: "{{ folder }}/*.csv"
---
apiVersion: duckpond/v1
kind: Derive
name: stations
desc: The files as time series
spec:
  collections:
    - name: daily
      pattern: /Inbox/weather/*.csv
      query: |
        SELECT epoch(date)::BIGINT AS "Timestamp", temp_max AS "Station.Temperature.C"
        FROM read_csv('$1')
        ORDER BY 1
---
apiVersion: duckpond/v1
kind: Derive
name: wind
desc: Wind, with a mistake in the query
spec:
  collections:
    - name: daily
      pattern: /Inbox/weather/*.csv
      query: |
        SELECT epoch(date)::BIGINT AS "Timestamp", wnd AS "Station.Wind.m/s"
        FROM read_csv('$1')
---
apiVersion: duckpond/v1
kind: Reduce
name: periods
desc: Temperatures by day and month
spec:
  collections:
    - name: by_site
      resolutions: [1d, 1 month]
      datasets:
        - in_pattern: /Derive/stations/daily/*
          out_pattern: site=$0
---
apiVersion: duckpond/v1
kind: Reduce
name: gusts
desc: Wind by day
spec:
  collections:
    - name: by_site
      resolutions: [1d]
      datasets:
        - in_pattern: /Derive/wind/daily/*
          out_pattern: site=$0
---
apiVersion: duckpond/v1
kind: Template
name: pages
desc: A page for each site
spec:
  collections:
    - name: sites
      in_pattern: /Reduce/periods/by_site/site=*/res=1d
      out_pattern: $0.md
      template: |
        # {{ args[0] }}
`;

/** An empty pond and a folder with resource documents, both in the workspace, and files for an inbox. */
interface Fixture extends FlowFiles {
  readonly inbox: string;
}

async function makeFixture(): Promise<Fixture> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'pond-resources-test-')));
  const pond = join(home, 'demo.pond');
  const [inbox, project] = [join(home, 'inbox'), join(home, 'project')];
  await mkdir(inbox);
  await mkdir(project);
  const data = join(root, 'node_modules', 'vega-datasets', 'data');
  await copyFile(join(data, 'seattle-weather.csv'), join(inbox, 'seattle.csv'));
  await copyFile(join(data, 'weather.csv'), join(inbox, 'both.csv'));
  await writeFile(join(project, 'resources.yaml'), resources);
  assert.equal((await runPond(['init', pond], { cwd: home })).status, 0);
  return { home, inbox, folders: [pondFolder(pond, 'demo'), { path: project }] };
}

/** The row of a resource in the Resources view, once it contains `what`. */
function resourceRow(page: Page, title: string, what = ','): Locator {
  return page.locator(`.monaco-list-row[aria-label^="${title}, "][aria-label*="${what}"]`);
}

async function answer(page: Page, text: string): Promise<void> {
  const input = page.locator('.quick-input-widget input[type=text]');
  await input.waitFor();
  await input.fill(text);
  await page.keyboard.press('Enter');
}

test('resources are applied, committed, run, opened and deleted', { timeout }, async (t) => {
  await flows.through(t, 'resources', makeFixture, async (window, fixture) => {
    await apply(window, fixture);
    await run(window);
    await graph(window);
    await remove(window);
  });
});

/** Documents are applied with the values of their variables, and committed. */
async function apply({ page, screenshot }: Window, { inbox }: Fixture): Promise<void> {
  await page.locator('.statusbar-item').filter({ hasText: 'demo ·' }).waitFor();
  await openInExplorer(page, 'project', 'resources.yaml');
  await page.locator('.monaco-editor .view-line').first().waitFor();
  await runCommand(page, 'View: Show Pond');
  await page.locator('.welcome-view-content').filter({ hasText: 'no resources yet' }).waitFor();
  await screenshot('resources-empty');
  await runCommand(page, 'Pond: Apply Resource');
  await page.locator('.quick-input-widget').filter({ hasText: 'Value of the variable "folder"' }).waitFor();
  await answer(page, inbox);
  await resourceRow(page, 'Inbox/weather', 'staged').waitFor();
  await runCommand(page, 'Pond: Commit');
  await page.locator('.quick-input-widget').filter({ hasText: 'What does this commit change?' }).waitFor();
  await answer(page, 'Resources of the weather stations');
  await resourceRow(page, 'Inbox/weather', 'never run').waitFor();
}

/** A run of all resources shows the new data of each, and the position of an error. */
async function run({ page, screenshot }: Window): Promise<void> {
  await runCommand(page, 'Pond: Run All');
  await resourceRow(page, 'Template/pages', 'ok').waitFor();
  await resourceRow(page, 'Reduce/gusts', 'skipped').waitFor();
  const failed = resourceRow(page, 'Derive/wind', 'failed');
  const reported = page.locator('.notifications-center').filter({ hasText: 'Derive/wind' }).getByText('Open Log');
  // The list closes by itself after its last notification, such as that of the progress.
  await runCommandUntil(page, 'Notifications: Show Notifications', reported);
  await screenshot('resources-failed');
  await runCommand(page, 'Notifications: Clear All Notifications');
  await failed.click();
  await page.locator('.squiggly-error').first().waitFor();
  await page.locator('.codelens-decoration').filter({ hasText: 'Last run: failed' }).waitFor();
  const stations = resourceRow(page, 'Derive/stations');
  await stations.locator('.monaco-tl-twistie').click();
  const output = (path: string): Locator => page.locator(`.monaco-list-row[aria-label^="${path}"]`);
  await output('/Derive/stations/daily').locator('.monaco-tl-twistie').click();
  await output('/Derive/stations/daily/seattle').waitFor();
  await screenshot('resources');
  await runCommand(page, 'Pond: Open Run Log');
  await page.locator('.tab').filter({ hasText: 'Runs of' }).waitFor();
  await page.locator('.detected-link, .detected-link-active').first().waitFor();
  await screenshot('resources-log');
}

/** Arrow keys move through the graph, and Enter opens the document. */
async function graph(window: Window): Promise<void> {
  const { page, screenshot } = window;
  await runCommand(page, 'Pond: Show Graph');
  const shown = webview(page);
  const node = (name: string | RegExp): Locator => shown.getByRole('button', { name });
  await node(/^Derive wind .*, failed$/).waitFor();
  assert.equal(await shown.locator('.node').count(), 6);
  assert.equal(await shown.locator('.edges > path').count(), 5);
  await zoomGraph(window, shown);
  await node('Inbox weather').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  const at = shown.locator('.node:focus');
  assert.match((await at.getAttribute('aria-label')) ?? '', /^Reduce /);
  await screenshot('graph');
  await page.keyboard.press('ArrowLeft');
  const name = /^Derive (\w+)/.exec((await at.getAttribute('aria-label')) ?? '')?.[1] ?? '';
  await page.keyboard.press('Enter');
  await page.locator('.breadcrumbs-control').filter({ hasText: name }).waitFor();
  await runCommand(page, 'Pond: Show Graph');
  await node(/^Derive wind .*, failed$/).waitFor();
  await checkLegible(window, 'graph', webview(page));
}

/** All of the graph is visible, also in a narrower view, until a person zooms. */
async function zoomGraph({ page, screenshot }: Window, shown: FrameLocator): Promise<void> {
  const style = async (): Promise<string> => (await shown.locator('.plane').getAttribute('style')) ?? '';
  const resize = async (width: number, height: number): Promise<void> => {
    const before = await style();
    await page.setViewportSize({ width, height });
    await repeatUntil(style, async () => (await style()) !== before, 'the graph follows its view');
  };
  await isFitted(shown);
  await resize(760, 620);
  await isFitted(shown);
  await screenshot('graph-narrow');
  await shown.getByRole('button', { name: 'Zoom In' }).click();
  const zoomed = zoomOf(await style());
  await resize(1280, 800);
  assert.equal(zoomOf(await style()), zoomed);
  await page.keyboard.press('0');
  await isFitted(shown);
}

function zoomOf(style: string): string | undefined {
  return /zoom: ([\d.]+)/.exec(style)?.[1];
}

async function isFitted(shown: FrameLocator): Promise<void> {
  const view = shown.locator('.content');
  const nodes = shown.locator('.node');
  let hidden = -1;
  const look = async (): Promise<void> => {
    const within = await view.boundingBox();
    const boxes = await Promise.all((await nodes.all()).map((node) => node.boundingBox()));
    hidden = boxes.filter((box) => !isInside(box, within)).length;
  };
  await repeatUntil(look, async () => hidden === 0, 'all resources are visible');
}

type Box = Awaited<ReturnType<Locator['boundingBox']>>;

function isInside(box: Box, view: Box): boolean {
  if (box === null || view === null) return false;
  const [right, bottom] = [box.x + box.width, box.y + box.height];
  const [rightMax, bottomMax] = [view.x + view.width, view.y + view.height];
  return box.x >= view.x && box.y >= view.y && right <= rightMax && bottom <= bottomMax;
}

/** A resource is deleted after a confirmation that names its readers. */
async function remove({ page, screenshot }: Window): Promise<void> {
  await resourceRow(page, 'Derive/wind').click();
  await page.locator('.codelens-decoration').filter({ hasText: 'Last run: failed' }).waitFor();
  await runCommand(page, 'Pond: Delete Resource');
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.filter({ hasText: 'Read by Reduce/gusts' }).waitFor();
  await screenshot('resources-delete');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await resourceRow(page, 'Derive/wind').waitFor({ state: 'detached' });
  await page.locator('.statusbar-item').filter({ hasText: 'staged' }).filter({ hasNotText: 'nothing' }).waitFor();
}
