import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { newPondHost, textFile } from '../support/commandHost.ts';

test('data files and blobs are read-only files, and a pond with them can be checked and removed like any other', async (t) => {
  const { pond, run } = await newPondHost(t);
  await run('write', textFile('/big', 'x'.repeat(100_000)));
  await run('commit', { message: 'one' });
  // The same content once more: its blob exists.
  await run('write', textFile('/same', 'x'.repeat(100_000)));
  await run('commit', { message: 'again' });
  const files = readdirSync(pond, { recursive: true }).map(String);
  const written = files.filter((name) => /^[^_][^/\\]*\.parquet$|[\\/]blobs[\\/]..[\\/]/.test(name));
  assert.ok(written.length >= 2, files.join());
  for (const name of written) assert.equal(statSync(join(pond, name)).mode & 0o222, 0, name);
  assert.deepEqual((await run('check', {})).problems, []);
});
