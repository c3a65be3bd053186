/**
 * Files of a pond of any length: holes cost a stranger no space. Nothing is read or kept in proportion to a length that no
 * writer gives a file, so each ends in an error with a code, or makes no difference.
 */
import assert from 'node:assert/strict';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { journalEndPath } from '../../server/src/pond/journalEnd.ts';
import { newBlobsPath } from '../../server/src/pond/newBlobs.ts';
import { journalPath } from '../../server/src/pond/workPaths.ts';
import { checkedPond } from '../support/checkedPond.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openPond } from '../support/pond.ts';
import '../support/userCache.ts';

const { image } = await checkedPond(51);
/** 1 TiB: read at a gigabyte a second, it would take a quarter of an hour. */
const longBytes = 2 ** 40;

/** One file of each kind that is in the pond, and of those that may be. */
const paths = new Map<string, string>();
for (const [path] of image.files) {
  paths.set(
    path
      .replaceAll(/[0-9a-f-]{36,}/g, 'NAME')
      .replaceAll(/\d+/g, 'N')
      .replace(/\/\w\w\//, '/'),
    path,
  );
}
for (const path of [
  '_pond/lock.99',
  '_pond/replica.json',
  '_pond/origin.json',
  newBlobsPath,
  journalPath,
  journalEndPath,
]) {
  paths.set(path, path);
}

function writePond(folder: string): void {
  for (const name of ['_pond', '_delta_log']) mkdirSync(join(folder, name), { recursive: true });
  for (const [path, bytes] of image.files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

describe('a file of a terabyte in a pond is an error with a code, or makes no difference', () => {
  for (const [kind, path] of paths) {
    it(kind, async (t) => {
      const folder = temporaryFolder(t);
      writePond(folder);
      const at = join(folder, path);
      writeFileSync(at, '', { flag: 'a' });
      truncateSync(at, longBytes);
      for (const mode of ['read', 'write'] as const) {
        const work = async (): Promise<void> => {
          const pond = await openPond(folder, { mode });
          try {
            await pond.checkHistory({});
            await (await pond.fs.root()).list('/');
          } finally {
            await pond.close();
          }
        };
        const failure: unknown = await work().catch((error: unknown) => error);
        assert.ok(failure === undefined || isPondError(failure), String(failure));
      }
    });
  }
});
