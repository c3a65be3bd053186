import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexPageText, type SeriesPage } from '../../../server/src/publish/site/pages.ts';
import { headOf } from '../../../server/src/publish/site/headScript.ts';
import { sparklineHtml } from '../../../server/src/publish/site/sparkline.ts';

function tileOf(start: number, end: number): string {
  const page: SeriesPage = {
    path: 'src/reduce/a.md',
    resource: 'r',
    desc: '',
    collection: 'c',
    name: 'n',
    timeColumn: 'Timestamp',
    parameters: [],
    resolutions: [],
    time: { start, end },
    modifiedUs: 0,
    sparkline: undefined,
  };
  return /<span class="pond-when">(.*?)<\/span>/.exec(indexPageText('t', [page], []))?.[1] ?? '';
}

test('ranges cover complete days, also before 1970 and after 9999, up to the limits of dates', () => {
  assert.equal(tileOf(-86_400, 0), '1969-12-31 to 1970-01-01');
  assert.equal(tileOf(253_402_214_400, 253_402_300_800), '9999-12-31 to 10000-01-01');
  assert.equal(tileOf(0, 9_000_000_000_000), '1970-01-01 to 275760-09-13');
});

test('a sparkline has a label with its parameter, range, last value and time; a single value has no line', () => {
  const values = [3.14159, 18.2, -0.5];
  const sparkline = { name: 'Temp', unit: '<C>', instrument: 'Dock', values, start: 0, end: 172_800 };
  const label = 'Dock Temp &#40;&#60;C&#62;&#41;: -0.5 to 18.2, last -0.5; 1970-01-01 to 1970-01-03';
  const html = sparklineHtml(sparkline);
  assert.ok(html.endsWith(`<span class="pond-spark">${label}</span>`), html);
  assert.match(html, /^<svg [^>]*role="img" aria-label="Dock Temp/);
  const single = sparklineHtml({ ...sparkline, values: [1], unit: '', instrument: '' });
  assert.equal(single, '<span class="pond-spark">Temp: 1 to 1, last 1; 1970-01-01 to 1970-01-03</span>');
});

test('a language cannot end the script that states it', () => {
  assert.doesNotMatch(headOf('</script>').replace(/<\/script>$/, ''), /<\/script/);
});
