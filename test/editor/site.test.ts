import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Page } from 'playwright-core';
import { buildSite, saveScreenshot, showSite, type ShownSite } from '../support/builtSite.ts';
import { newSiteHost, oddName } from '../support/siteHost.ts';

const day = 86_400;

async function builtSite(t: TestContext): Promise<ShownSite> {
  const host = await newSiteHost(t);
  const directory = join(host.folder, 'site');
  await host.run('site', { directory, title: 'Harbor & <i>' });
  await buildSite(directory);
  return await showSite(t, directory);
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

test('a built site shows its charts without a network: first page, pickers, zoom, templates, light and dark', async (t) => {
  const shown = await builtSite(t);
  const { page, address, complaints } = shown;

  await page.goto(`${address}/`);
  assert.equal(await page.locator('h1').textContent(), 'Harbor & <i>');
  const tiles = page.locator('.pond-tile strong');
  assert.deepEqual(await tiles.allTextContents(), ['site=BDock', `site=${oddName}`, 'BDock', oddName]);
  assert.equal(await page.locator('.pond-tile polyline').count(), 2);
  assert.match((await page.locator('.pond-when').first().textContent()) ?? '', /^2024-11-01 to 2025-01-30$/);
  await saveScreenshot(page, 'site');

  await tiles.first().click();
  assert.match(await drawn(page), /^2024-11-01 to 2025-01-30 01:00 UTC · [\d,]+ points of 1h$/);
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
  assert.match(await drawn(page), /^2025-01-23 01:00 to 2025-01-30 01:00 UTC · 169 points of 1h$/);
  assert.deepEqual(fetched(shown), []);
  await pick(page, 'Earlier');
  assert.match(await drawn(page), /^2025-01-19 13:00 to 2025-01-26 13:00 UTC/);

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

  await page.goto(`${address}/reduce/downsampled/by_site/site-o-neil-b-1-1`);
  assert.equal(await page.locator('h1').textContent(), `site=${oddName}`);
  await drawn(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await saveScreenshot(page, 'site-dark');

  // In high contrast, pressed buttons and the lines of the instruments remain distinguishable.
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' });
  const background = (selector: string, pseudo = ''): Promise<string> => {
    const [element, part] = [selector, pseudo].map((text) => JSON.stringify(text));
    return page.evaluate(`getComputedStyle(document.querySelector(${element}), ${part}).backgroundColor`);
  };
  const pressed = await background('.pond-group button[aria-pressed="true"]');
  assert.notEqual(pressed, await background('.pond-group button[aria-pressed="false"]'));
  assert.equal(await background('.pond-legend span', '::before'), 'rgb(66, 105, 208)');
  await page.emulateMedia({ forcedColors: 'none' });

  await page.goto(`${address}/pages/notes/sites/bdock`);
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
});
