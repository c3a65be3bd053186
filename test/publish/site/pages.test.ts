import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexPageText, type SeriesPage } from '../../../server/src/publish/site/pages.ts';
import { headOf } from '../../../server/src/publish/site/headScript.ts';
import { type Sparkline, sparklineHtml } from '../../../server/src/publish/site/sparkline.ts';

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

const sparkline = { name: 'Temp', unit: '', instrument: '', gapSeconds: 5400 };

/** Points an hour apart; undefined for one that is missing. */
function hourly(values: readonly (number | undefined)[]): Sparkline['points'] {
  return values.flatMap((value, hour) => (value === undefined ? [] : [{ time: hour * 3600, value }]));
}

test('a sparkline has a label with its parameter, range, last value and time; a single value has no line', () => {
  const points = [3.14159, 18.2, -0.5].map((value, index) => ({ value, time: index * 86_400 }));
  const label = 'Dock Temp &#40;&#60;C&#62;&#41;: -0.5 to 18.2, last -0.5; 1970-01-01 to 1970-01-03';
  const html = sparklineHtml({ ...sparkline, unit: '<C>', instrument: 'Dock', points });
  assert.ok(html.endsWith(`<span class="pond-spark">${label}</span>`), html);
  assert.match(html, /^<svg [^>]*role="img" aria-label="Dock Temp/);
  const single = sparklineHtml({ ...sparkline, points: hourly([1]) });
  assert.equal(single, '<span class="pond-spark">Temp: 1 to 1, last 1; 1970-01-01 to 1970-01-01</span>');
});

test('a sparkline has no line over a gap, and a dot for a value between two', () => {
  const html = sparklineHtml({ ...sparkline, points: hourly([0, 1, undefined, undefined, 0, undefined, 1]) });
  const lines = [...html.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) => points);
  assert.deepEqual(lines, ['0,75 20,5', '80,75 80,75', '120,5 120,5']);
});

const rangeCases: readonly (readonly [values: readonly number[], expected: string])[] = [
  [[1013.04, 1013.12, 1013.08], '1013.04 to 1013.12, last 1013.08'],
  [[1013.25, 1013.25], '1013.25 to 1013.25, last 1013.25'],
  [[0, 123_456, 12_345], '0 to 123456, last 12345'],
  [[0, 0], '0 to 0, last 0'],
  [[1e-12, 2.5e-12], '1e-12 to 2.5e-12, last 2.5e-12'],
  [[0, 4.99e302], '0 to 4.99e+302, last 4.99e+302'],
];

for (const [values, expected] of rangeCases) {
  test(`the label of a sparkline has digits by which its values differ: ${values.join()}`, () => {
    assert.ok(sparklineHtml({ ...sparkline, points: hourly(values) }).includes(`Temp: ${expected};`));
  });
}

test('a language cannot end the script that states it', () => {
  assert.doesNotMatch(headOf('</script>').replace(/<\/script>$/, ''), /<\/script/);
});
