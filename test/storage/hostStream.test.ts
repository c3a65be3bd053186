/** Host files that other programs write to while they are read. */
import assert from 'node:assert/strict';
import { appendFileSync, renameSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { readGrowingStream } from '../../server/src/storage/hostStream.ts';
import { temporaryFolder } from '../support/folder.ts';

const before = Buffer.alloc(3 * 1024 * 1024, 'a');

/** The content that is read of a file that changes after its first chunk. */
async function readWhile(t: TestContext, change: (path: string) => void): Promise<Buffer> {
  const path = join(temporaryFolder(t), 'file');
  writeFileSync(path, before);
  const chunks: Uint8Array[] = [];
  for await (const chunk of readGrowingStream(path)) {
    if (chunks.length === 0) change(path);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

test('a log that grows is read as it was when it was opened', async (t) => {
  assert.ok(before.equals(await readWhile(t, (path) => appendFileSync(path, 'later'))));
});

test('a file in whose place another one is put is read to its end', async (t) => {
  const replace = (path: string): void => {
    writeFileSync(`${path}.new`, 'other');
    renameSync(`${path}.new`, path);
  };
  assert.ok(before.equals(await readWhile(t, replace)));
});

for (const [name, change] of [
  ['shortened', (path: string) => truncateSync(path, 10)],
  [
    'written again with as many bytes',
    (path: string) => {
      writeFileSync(path, Buffer.alloc(before.length, 'b'));
      utimesSync(path, 1, 1);
    },
  ],
  ['written again with more bytes', (path: string) => writeFileSync(path, Buffer.alloc(before.length + 1, 'b'))],
  [
    'written again with more bytes below an equal start',
    (path: string) => writeFileSync(path, Buffer.alloc(before.length + 1, 'b').fill('a', 0, 512 * 1024)),
  ],
] as const) {
  test(`a file that is ${name} while it is read is refused`, async (t) => {
    await assert.rejects(readWhile(t, change), {
      code: 'content-changed',
      message: /file was written to while it was read$/,
    });
  });
}
