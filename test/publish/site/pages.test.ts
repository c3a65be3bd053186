import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexPageText, type SeriesPage } from '../../../server/src/publish/site/pages.ts';

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
    sparkline: [],
  };
  return /<span class="pond-when">(.*?)<\/span>/.exec(indexPageText('t', [page], []))?.[1] ?? '';
}

test('ranges cover complete days, also before 1970 and after 9999, up to the limits of dates', () => {
  assert.equal(tileOf(-86_400, 0), '1969-12-31 to 1970-01-01');
  assert.equal(tileOf(253_402_214_400, 253_402_300_800), '9999-12-31 to 10000-01-01');
  assert.equal(tileOf(0, 9_000_000_000_000), '1970-01-01 to 275760-09-13');
});
