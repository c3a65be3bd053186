import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { Ledger } from '../../server/src/replica/ledger.ts';
import { replaceFile } from '../../server/src/storage/durable.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';

const tip = { version: commitNumber(7), sizeBytes: 100, modifiedMs: 5, sha256: 'ab'.repeat(32) };
const state = { tip, checkpoint: commitNumber(4), pushedMs: 1, verifiedMs: 2, verifiedShare: 0.5, probedMs: 3 };

function makeLedger() {
  const disk = createMemoryDisk();
  const ledger = new Ledger(disk, { pond: 'pond', address: 'file:///copy' });
  ledger.update(state);
  const [folder] = disk.list('remotes');
  return { ledger, write: (text: string) => replaceFile(disk, `remotes/${folder}/state.json`, Buffer.from(text)) };
}

test('what a computer remembers of a copy is read back, and the log alone can be forgotten', () => {
  const { ledger } = makeLedger();
  assert.deepEqual(ledger.read(), state);
  ledger.update({ pushedMs: 9 });
  assert.deepEqual(ledger.read(), { ...state, pushedMs: 9 });
  ledger.forgetTip();
  assert.deepEqual(ledger.read(), { pushedMs: 9, verifiedMs: 2, verifiedShare: 0.5, probedMs: 3 });
});

test('what is malformed counts as not remembered, field by field', () => {
  const { ledger, write } = makeLedger();
  for (const text of ['', '{"tip":', 'null', '[]', '7']) {
    write(text);
    assert.deepEqual(ledger.read(), {}, text);
  }
  const { tip: _, ...others } = state;
  const wrong = [{ version: -1 }, { version: '7' }, { sizeBytes: '1' }, { modifiedMs: null }, { sha256: undefined }];
  for (const change of wrong) {
    write(JSON.stringify({ ...state, tip: { ...tip, ...change } }));
    assert.deepEqual(ledger.read(), others, JSON.stringify(change));
  }
  write(
    JSON.stringify({ tip: 'text', checkpoint: 1.5, pushedMs: '1', verifiedMs: {}, verifiedShare: null, probedMs: [] }),
  );
  assert.deepEqual(ledger.read(), {});
});
