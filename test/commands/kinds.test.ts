import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kinds } from '../../server/src/commands/kinds.ts';
import { type PondAccess } from '../../server/src/commands/verb.ts';
import { kindLoaders } from '../../server/src/resources/kindNames.ts';

test('all kinds are listed in the order in which data flow, each with an example document', async () => {
  // The kinds do not depend on a pond.
  const reported = await kinds({} as PondAccess, {});
  assert.deepEqual(
    reported.map(({ kind }) => kind),
    [...kindLoaders.keys()],
  );
  for (const { kind, summary, example } of reported) {
    assert.match(example, new RegExp(`^kind: ${kind}$`, 'm'));
    assert.match(summary, /^[a-z].*[^.]$/);
  }
});
