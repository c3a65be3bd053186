import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LayeredMap } from '../../server/src/delta/layeredMap.ts';

describe('LayeredMap', () => {
  it('behaves like a plain map over random changes, and never changes an older version', () => {
    const random = randomOf(7);
    let map = LayeredMap.of(new Map<string, number>());
    const plain = new Map<string, number>();
    const kept: { readonly map: LayeredMap<number>; readonly plain: ReadonlyMap<string, number> }[] = [];
    for (let step = 0; step < 2000; step++) {
      const changes = new Map<string, number | undefined>();
      for (let count = random(4); count > 0; count--) {
        const key = `k${random(300)}`;
        changes.set(key, random(3) === 0 ? undefined : step);
      }
      map = map.with(changes);
      for (const [key, value] of changes) {
        if (value === undefined) plain.delete(key);
        else plain.set(key, value);
      }
      if (step % 100 === 0) kept.push({ map, plain: new Map(plain) });
      assert.equal(map.size, plain.size);
    }
    for (const then of [...kept, { map, plain }]) {
      assert.deepEqual([...then.map.values()].sort(), [...then.plain.values()].sort());
      for (let key = 0; key < 300; key++) assert.equal(then.map.get(`k${key}`), then.plain.get(`k${key}`));
    }
  });

  it('returns itself for no changes', () => {
    const map = LayeredMap.of(new Map([['a', 1]]));
    assert.equal(map.with(new Map()), map);
  });

  it('copies few entries for each added one, at any size', () => {
    const entries = new Map(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index]));
    let copied = 0;
    class Counted extends Map<string, number> {
      override *[Symbol.iterator](): MapIterator<[string, number]> {
        for (const entry of entries) {
          copied++;
          yield entry;
        }
        return undefined;
      }
    }
    let map = LayeredMap.of<number>(new Counted(entries));
    copied = 0;
    for (let index = 0; index < 1000; index++) map = map.with(new Map([[`n${index}`, index]]));
    assert.equal(map.size, 101_000);
    assert.equal(copied, 0);
    assert.equal(map.get('k5'), 5);
    assert.equal(map.get('n999'), 999);
  });
});

function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
