import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kinds } from '../../server/src/commands/kinds.ts';
import { type PondAccess } from '../../server/src/commands/context.ts';

test('every kind is told, in the order in which data flow, with a document to begin with', async () => {
  // The kinds are known without any pond.
  const told = await kinds({} as PondAccess, {});
  assert.deepEqual(
    told.map(({ kind }) => kind),
    ['HydroVu', 'Inbox', 'Scribble', 'Derive', 'Combine', 'Reduce', 'Template', 'Copy', 'Backup'],
  );
  for (const { kind, summary, example } of told) {
    assert.match(example, new RegExp(`^kind: ${kind}$`, 'm'));
    assert.match(summary, /^[a-z].*[^.]$/);
  }
});
