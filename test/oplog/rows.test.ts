import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { metadataOf } from '../../server/src/oplog/parseRow.ts';

const row = { fileType: 'file', version: 3, txn: commitNumber(7) } as const;

test('metadata of a row is read as it was written', () => {
  assert.deepEqual(metadataOf({ ...row, metadata: '{"name":"x","fork":true}' }), { name: 'x', fork: true });
});

test('metadata of a damaged file is reported as damage, with its row', () => {
  for (const metadata of ['{"name":"x', '{"name":"\u0000"}', '', 'null', '7']) {
    assert.throws(() => metadataOf({ ...row, metadata }), {
      code: 'pond-damaged',
      message: /^version 3 of a file in commit 7: metadata/,
    });
  }
});
