import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifiedText } from '../../client/vscode/backupStrings.ts';

test('the message on a verification says how much was read, and how much is damaged', () => {
  const counts = { resource: 'Backup/nas', commit: 3, bytes: 9, readBytes: 9, unnamed: 0 };
  assert.equal(
    verifiedText({ ...counts, objects: 20, readObjects: 1, problems: [], repaired: [] }),
    'Backup/nas is sound: 20 objects compared by presence and size, and the content of 1.',
  );
  assert.equal(
    verifiedText({ ...counts, objects: 20, readObjects: 20, problems: ['a is missing'], repaired: [] }),
    'Backup/nas has 1 problem: 20 objects compared by presence and size, and the content of all of them.',
  );
});
