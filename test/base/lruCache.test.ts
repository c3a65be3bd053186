import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LruCache } from '../../server/src/base/lruCache.ts';

test('the least recently used entry is evicted, and reading an entry is using it', () => {
  const evicted: number[] = [];
  const cache = new LruCache<string, number>({ max: 2, onEvict: (value) => evicted.push(value) });
  cache.set('a', 1);
  cache.set('b', 2);
  assert.equal(cache.get('a'), 1);
  assert.equal(cache.set('c', 3), 3);
  assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c')], [1, undefined, 3]);
  assert.deepEqual(evicted, [2]);
  assert.equal(cache.size, 2);
});

test('looking whether a key is present does not use it', () => {
  const cache = new LruCache<string, number>({ max: 2 });
  cache.set('a', 1);
  cache.set('b', 2);
  assert.equal(cache.has('a'), true);
  cache.set('c', 3);
  assert.equal(cache.has('a'), false);
});

test('sizes are counted, and an entry larger than the limit stays alone', () => {
  const cache = new LruCache<string, string>({ max: 5, sizeOf: (text) => text.length });
  cache.set('a', 'xx');
  cache.set('b', 'xxx');
  assert.equal(cache.size, 5);
  cache.set('b', 'x');
  assert.equal(cache.size, 3);
  cache.set('c', 'xxxxxxxxx');
  assert.deepEqual([cache.has('a'), cache.has('b'), cache.has('c'), cache.size], [false, false, true, 9]);
  assert.equal(cache.delete('c'), true);
  assert.equal(cache.delete('c'), false);
  assert.equal(cache.size, 0);
});

test('a cleared cache is empty and of size 0', () => {
  const cache = new LruCache<string, number>({ max: 2 });
  cache.set('a', 1);
  cache.clear();
  assert.deepEqual([cache.has('a'), cache.size], [false, 0]);
});
