import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repeatingTests } from '../../scripts/repeatingTests.mjs';

test('the proof repeats every test that has rounds, and no other', () => {
  const found = repeatingTests();
  for (const name of ['pond/crash', 'pond/repair', 'sandbox/generated', 'replica/s3Push', 'resources/redact']) {
    assert.ok(found.includes(`test/${name}.test.ts`), name);
  }
  assert.ok(!found.includes('test/base/age.test.ts'));
  assert.deepEqual(found, [...new Set(found)]);
});
