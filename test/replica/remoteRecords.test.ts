import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readRemoteRecord, remoteKey, remoteRecordBytes } from '../../server/src/replica/remoteRecords.ts';
import { createMemoryStore } from '../support/memoryStore.ts';

const record = { pond: 'p', layout: 'open', created: '2026-01-01T00:00:00.000Z', by: 'ana@lab' } as const;
const sound = JSON.parse(Buffer.from(remoteRecordBytes(record)).toString()) as Readonly<Record<string, unknown>>;

function readFrom(text: string | undefined) {
  const store = createMemoryStore();
  if (text !== undefined) store.objects.set(remoteKey, { bytes: Buffer.from(text), modifiedMs: 0 });
  return readRemoteRecord(store, {});
}

it('the record of a store is read back, and a store without one has none', async () => {
  assert.deepEqual(await readFrom(JSON.stringify(sound)), record);
  assert.equal(await readFrom(undefined), undefined);
});

it('the record of a later format is too new, whatever else it says', async () => {
  for (const text of [{ ...sound, format: 2 }, { format: 99 }].map((value) => JSON.stringify(value))) {
    await assert.rejects(readFrom(text), { code: 'pond-too-new', message: /^memory: has format \d+; .* knows 1$/ });
  }
});

it('a malformed record is damage', async () => {
  const changes = [{ format: undefined }, { format: '1' }, { format: 0 }, { pond: 7 }, { layout: 'other' }];
  const texts = changes.map((change) => JSON.stringify({ ...sound, ...change }));
  for (const text of ['', '{', 'null', ...texts]) {
    await assert.rejects(readFrom(text), { code: 'remote-damaged', message: /is not the record of a pond$/ }, text);
  }
});
