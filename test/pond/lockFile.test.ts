import assert from 'node:assert/strict';
import { it } from 'node:test';
import { freeText, heldText, parseLock } from '../../server/src/pond/lockFile.ts';
import { newHolder } from '../../server/src/pond/lockHolder.ts';

const journal = { batch: 'b', sizeBytes: 10 };
const held = { id: 'x', pid: 7, host: 'elsewhere', started: '1', boot: '2', namespace: '3', beats: true };

it('a lock is read back as it was written, also with a byte of a heartbeat after it', () => {
  const holder = newHolder();
  for (const rest of ['', '\n']) {
    assert.deepEqual(parseLock(`${heldText(holder)}${rest}`), { kind: 'held', holder });
    assert.deepEqual(parseLock(`${freeText(journal)}${rest}`), { kind: 'free', journal });
  }
});

it('a lock of an earlier version has no start, no boot, no namespace and no heartbeat', () => {
  const earlier = { id: 'x', pid: 7, host: 'elsewhere' };
  const holder = { ...earlier, started: undefined, boot: undefined, namespace: undefined, beats: false };
  assert.deepEqual(parseLock(JSON.stringify(earlier)), { kind: 'held', holder });
});

it('an empty lock is free, and so is one with a malformed end of the journal, which is then not known', () => {
  const ends = [undefined, null, 'b', { batch: 7, sizeBytes: 1 }, { batch: 'b', sizeBytes: '1' }];
  const sizes = [0, -1, 1.5].map((sizeBytes) => ({ batch: 'b', sizeBytes }));
  const texts = [...ends, ...sizes].map((end) => JSON.stringify({ free: true, journal: end }));
  for (const text of ['', ...texts]) assert.deepEqual(parseLock(text), { kind: 'free', journal: undefined }, text);
});

it('a lock that cannot be understood is that of an unknown process, and is not free', () => {
  const changes = [
    ...[{ id: '' }, { id: 7 }, { id: undefined }, { host: '' }, { host: null }, { pid: 0 }, { pid: -1 }],
    ...[{ pid: 1.5 }, { pid: '7' }, { started: 1 }, { boot: false }, { namespace: null }],
  ];
  const texts = changes.map((change) => JSON.stringify({ ...held, ...change }));
  for (const text of ['\n', '{', 'null', '[]', '{"free":1}', ...texts]) {
    assert.deepEqual(parseLock(text), { kind: 'unknown' }, text);
  }
});
