import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Page } from 'playwright-core';
import { brokenLinks, buildSite, saveScreenshot, showSite, type ShownSite } from '../support/builtSite.ts';
import { checkHostilePage, hostileDocument, hostileFiles, hostileName } from '../support/hostileSite.ts';
import { newSiteHost, oddName } from '../support/siteHost.ts';

const day = 86_400;

/** A page whose name looks like one with an extension. */
const dotted = `apiVersion: duckpond/v1
kind: Template
name: versions
desc: Versions
spec:
  collections:
    - { name: of, in_pattern: /sites/BDock, out_pattern: v1.5.md, template: "[Home](/)" }
`;

async function builtSite(t: TestContext): Promise<ShownSite & { readonly directory: string }> {
  const host = await newSiteHost(t, { others: hostileFiles });
  const sources = [dotted, hostileDocument].map((text, index) => ({ text, origin: `${index}.yaml` }));
  await host.run('apply', { sources, directory: host.folder });
  const directory = join(host.folder, 'site');
  await host.run('site', { directory, title: 'Harbor & <i>', lang: 'de' });
  await buildSite(directory);
  return { ...(await showSite(t, directory)), directory };
}

/** Number of points of lines and bands left of the axis, which is at 52 pixels. */
async function leftOfAxis(page: Page): Promise<number> {
  const marks = page.locator('.pond-chart g[aria-label="line"] path, .pond-chart g[aria-label="area"] path');
  const shapes = await Promise.all((await marks.all()).map((mark) => mark.getAttribute('d')));
  const xs = shapes.flatMap((shape) => [...(shape ?? '').matchAll(/[ML](-?[\d.]+)/g)].map(([, x]) => Number(x)));
  assert.ok(xs.length > 0);
  return xs.filter((x) => x < 51.9).length;
}

/** Checks the file of what the first chart shows, from 2025-01-19 13:00 on. */
async function checkCsv(page: Page): Promise<void> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV' }).first().click();
  const file = await download;
  assert.equal(file.suggestedFilename(), 'site-BDock-Temperature-1h-2025-01-19-2025-01-26.csv');
  const lines = readFileSync(await file.path(), 'utf8').split('\r\n');
  const names = ['AT500', 'Vulink'].flatMap((instrument) =>
    ['avg', 'min', 'max'].map((what) => `${instrument}.Temperature.C.${what}`),
  );
  assert.equal(lines[0], ['time', ...names].join(','));
  assert.match(lines[1] ?? '', /^2025-01-19T13:00:00Z(,\d+(\.\d+)?){6}$/);
  assert.equal(lines.length, 1 + 168 + 1);
}

/** Waits until a page has drawn the selection, and returns its state. */
async function drawn(page: Page): Promise<string> {
  await page.locator('.pond-page:not([aria-busy]) .pond-chart g[aria-label="line"] path').first().waitFor({
    state: 'attached',
  });
  return (await page.locator('.pond-status').textContent()) ?? '';
}

function pick(page: Page, name: string): Promise<void> {
  return page.getByRole('button', { name, exact: true }).click();
}

/** Parquet files requested since the last call, as resolution and year, sorted. */
function fetched({ requests }: ShownSite): readonly string[] {
  const files = requests.splice(0).flatMap((path) => {
    const found = /res-(\w+)\/year=(\d+)\/[^/]+\.parquet$/.exec(path);
    return found === null ? [] : [`${found[1]} ${found[2]}`];
  });
  return files.sort();
}

/** A page that is opened by a double click says why it has no charts; its links and texts work. */
async function checkOpenedAsFile(page: Page, directory: string): Promise<void> {
  await page.goto(pathToFileURL(join(directory, 'dist/index.html')).href);
  assert.equal(await page.locator('.pond-note').count(), 0);
  await page.locator('.pond-tile').first().click();
  assert.match((await page.locator('.pond-note').textContent()) ?? '', /need a web server/);
  assert.equal(await page.locator('h1').textContent(), 'site=BDock');
}

/** In high contrast, pressed buttons and the lines of the instruments remain distinguishable. */
async function checkHighContrast(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' });
  const background = (selector: string, pseudo = ''): Promise<string> => {
    const [element, part] = [selector, pseudo].map((text) => JSON.stringify(text));
    return page.evaluate(`getComputedStyle(document.querySelector(${element}), ${part}).backgroundColor`);
  };
  const pressed = await background('.pond-group button[aria-pressed="true"]');
  assert.notEqual(pressed, await background('.pond-group button[aria-pressed="false"]'));
  assert.equal(await background('.pond-legend span', '::before'), 'rgb(66, 105, 208)');
  await page.emulateMedia({ forcedColors: 'none' });
}

test('a built site shows its charts without a network: first page, pickers, zoom, templates, light and dark', async (t) => {
  const shown = await builtSite(t);
  const { page, address, complaints, directory } = shown;
  assert.deepEqual(await brokenLinks(shown, directory), []);
  shown.requests.splice(0);

  await page.goto(`${address}/`);
  assert.equal(await page.locator('h1').textContent(), 'Harbor & <i>');
  const tiles = page.locator('.pond-tile strong');
  assert.deepEqual(await tiles.allTextContents(), [
    'site=BDock',
    `site=${oddName}`,
    hostileName,
    'BDock',
    oddName,
    'v1.5',
  ]);
  assert.equal(await page.locator('.pond-tile svg').count(), 3);
  // Nothing was measured for a week.
  assert.equal(await tiles.first().locator('..').locator('polyline').count(), 2);
  assert.match((await page.locator('.pond-when').first().textContent()) ?? '', /^2024-11-01 to 2025-01-30$/);
  const label = (await page.locator('.pond-spark').first().textContent()) ?? '';
  assert.match(label, /^AT500 Temperature \(C\): [\d.]+ to [\d.]+, last [\d.]+; 20\d\d-\d\d-\d\d to 2025-01-30$/);
  assert.equal(await page.locator('html').getAttribute('lang'), 'de');
  await saveScreenshot(page, 'site');

  await tiles.first().click();
  assert.match(await drawn(page), /^2024-11-01 to 2025-01-30 01:00 UTC · [\d.]+ points of 1h$/);
  assert.deepEqual(await page.locator('.pond-card h2').allTextContents(), ['TemperatureC', 'DOmg/L']);
  // A line and the band under it for each instrument.
  for (const mark of ['line', 'area']) {
    const paths = page.locator(`.pond-card:first-of-type g[aria-label="${mark}"] path`);
    assert.equal(await paths.count(), 2, mark);
    for (const path of await paths.all()) assert.ok(((await path.getAttribute('d')) ?? '').length > 1000, mark);
  }
  // The line has a gap for the week without readings.
  const line = await page.locator('g[aria-label="line"] path').first().getAttribute('d');
  assert.equal(line?.split('M').length, 3);
  assert.deepEqual(fetched(shown), ['1h 2024', '1h 2025']);
  await saveScreenshot(page, 'site-page');

  await pick(page, '1d');
  assert.match(await drawn(page), /\d+ points of 1d$/);
  assert.deepEqual(fetched(shown), ['1d 2024', '1d 2025']);

  await pick(page, 'Auto');
  await pick(page, '1 week');
  assert.match(await drawn(page), /^2025-01-23 01:00 to 2025-01-30 01:00 UTC · 168 points of 1h$/);
  assert.deepEqual(fetched(shown), []);
  await pick(page, 'Earlier');
  assert.match(await drawn(page), /^2025-01-19 13:00 to 2025-01-26 13:00 UTC/);
  await checkCsv(page);

  // A range that begins within a bucket.
  await page.goto(`${page.url().replace(/#.*/, '')}#from=2025-01-10T06:30:00Z&to=2025-01-20T00:00:00Z&res=1d`);
  await page.reload();
  await drawn(page);
  assert.equal(await leftOfAxis(page), 0);

  await pick(page, 'All');
  await drawn(page);
  const box = await page.locator('.pond-chart svg').first().boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + 90, { steps: 4 });
  await page.mouse.up();
  await drawn(page);
  const hash = new URLSearchParams(new URL(page.url()).hash.slice(1));
  const span = (Date.parse(hash.get('to') ?? '') - Date.parse(hash.get('from') ?? '')) / 1000;
  assert.ok(span > 7 * day && span < 12 * day, `${span / day} days`);

  await page.goto(`${address}/reduce/downsampled/by_site/site-o-neil-b-1-1.html`);
  assert.equal(await page.locator('h1').textContent(), `site=${oddName}`);
  await drawn(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await saveScreenshot(page, 'site-dark');

  await checkHighContrast(page);

  await page.goto(`${address}/pages/notes/sites/bdock.html`);
  const files = [
    ['1d', 1704067200],
    ['1d', 1735689600],
    ['1h', 1704067200],
    ['1h', 1735689600],
  ];
  const expected = files.map(([resolution, start]) => `${resolution} ${start} true`);
  const output = await page.locator('output').textContent();
  assert.deepEqual(
    output?.split(', ').map((text) => text.replace('res=', '')),
    expected,
  );
  assert.deepEqual(complaints, []);
  await checkHostilePage(shown);
  await checkOpenedAsFile(page, directory);
});
