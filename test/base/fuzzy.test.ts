import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzyScore } from '../../server/src/base/fuzzy.ts';

/** Paths that match a text, the best first. */
function found(typed: string, ...paths: readonly string[]): readonly string[] {
  const scored = paths.flatMap((path) => {
    const score = fuzzyScore(typed, path);
    return score === undefined ? [] : [{ path, score }];
  });
  return scored.sort((a, b) => b.score - a.score).map(({ path }) => path);
}

test('a part of a name is better than one of a path, and both are better than scattered letters', () => {
  assert.deepEqual(found('buoy', '/buoys/a.csv', '/x/north-buoy.csv', '/buoy.csv', '/b/u/o/y', '/other'), [
    '/buoy.csv',
    '/x/north-buoy.csv',
    '/buoys/a.csv',
    '/b/u/o/y',
  ]);
});

test('letters that start words are better than others', () => {
  assert.deepEqual(found('nbl', '/unable', '/north-buoy-level', '/label'), ['/north-buoy-level', '/unable']);
});

test('words match in any order and case, and all of them', () => {
  assert.deepEqual(found('CSV north', '/north/a.csv', '/south/a.csv', '/north/a.txt'), ['/north/a.csv']);
  assert.deepEqual(found('', '/a', '/b'), ['/a', '/b']);
  assert.equal(fuzzyScore('aa', '/a'), undefined);
});
