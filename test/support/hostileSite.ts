/** A series whose names are markup, scripts and addresses, in all that a page of a site shows. */
import assert from 'node:assert/strict';
import { type ShownSite } from './builtSite.ts';
import { type SeriesFiles, seriesOf } from './seriesPond.ts';

/** Each would set `ran`, or ask another host, where it is read as markup, as an address or as code. */
const attacks = [
  '<img src=//evil/x onerror=ran=1>',
  '</script><script>ran=1</script>',
  '${window["ran"]=1}',
  '`${window["ran"]=1}`',
  '[a](javascript:ran=1) ![b](//evil/y)',
  '\n\n```js\nwindow["ran"] = 1;\n```\n\n---\n# b',
] as const;

/** Names of nodes have no slash; a browser takes the other one for it. */
const nodeName = (text: string): string => text.replaceAll('/', '\\');

/** Name of the page of the series. */
export const hostileName = nodeName(attacks[0]);

const columns = attacks.map((attack, index) => {
  // The parts of a name are the instrument, the parameter and the unit.
  const name = `${attack}.${attack}${index}.${attack}`;
  return `sin(i) AS "${name.replaceAll('"', '""')}"`;
});

/** The files that the document reads. */
export const hostileFiles: SeriesFiles = {
  [`/hostile/${hostileName}`]: seriesOf(
    `SELECT TIMESTAMP '2025-01-01' + i * INTERVAL 1 HOUR AS "Timestamp", ${columns.join(', ')} FROM range(100) t(i)`,
  ),
};

/** A document whose description attacks as well. */
export const hostileDocument = `apiVersion: duckpond/v1
kind: Reduce
name: hostile
desc: ${JSON.stringify(attacks.join(' '))}
spec:
  collections:
    - name: of
      resolutions: [1h]
      datasets:
        - { in_pattern: /hostile/*, out_pattern: $0 }
`;

/** Opens the page of the series, and asserts that it shows its names, and that none of them did anything. */
export async function checkHostilePage({ page, address, complaints }: ShownSite): Promise<void> {
  await page.goto(`${address}/`);
  await page.getByText(hostileName, { exact: true }).first().click();
  await page
    .locator('.pond-page:not([aria-busy]) .pond-chart g[aria-label="line"] path')
    .first()
    .waitFor({ state: 'attached' });
  assert.equal(await page.locator('h1').textContent(), hostileName);
  assert.equal(await page.locator('.pond-card').count(), attacks.length);
  assert.equal(await page.evaluate('typeof ran'), 'undefined');
  assert.equal(await page.locator('img, iframe, object, embed, form, base, a[href^="javascript" i]').count(), 0);
  assert.deepEqual(complaints, []);
}
