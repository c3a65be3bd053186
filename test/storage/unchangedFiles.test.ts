/** A file that is changed between the comparison of its content and the end of a read is noticed, however it is done. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, linkSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { root } from '../../scripts/run.mjs';
import { isPondError } from '../../server/src/base/error.ts';
import { contentProblem, noteWritten } from '../../server/src/storage/contentCheck.ts';
import { fileState } from '../../server/src/storage/fileState.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { readUnchanged, whileUnchanged } from '../../server/src/storage/unchangedFiles.ts';

const temporary = makeTemporaryDirectory('duckpond-test');
after(() => temporary.remove());

const file = join(temporary.path, 'content');
const other = join(temporary.path, 'other');
const aside = join(temporary.path, 'aside');
const content = { sizeBytes: 4, sha256: createHash('sha256').update('good').digest('hex') };

beforeEach(async () => {
  for (const path of [file, other, aside]) rmSync(path, { force: true });
  writeFileSync(file, 'good');
  writeFileSync(other, 'evil');
  assert.equal(await contentProblem(file, content), undefined);
  waitForLaterTime();
});

/** Waits until a change of a file gets another time than the file has: a file system counts times in steps. */
function waitForLaterTime(): void {
  const probe = join(temporary.path, 'probe');
  const changed = statSync(file, { bigint: true }).ctimeNs;
  do writeFileSync(probe, '');
  while (statSync(probe, { bigint: true }).ctimeNs <= changed);
}

const read = (): Promise<string> => Promise.resolve(readFileSync(file, 'utf8'));

/** Changes of a file while it is read, with the read in between. */
const changes: Readonly<Record<string, () => Promise<unknown>>> = {
  'is replaced': () => {
    renameSync(other, file);
    return read();
  },
  'is replaced by a copy of itself': () => {
    writeFileSync(other, 'good');
    renameSync(other, file);
    return read();
  },
  'is replaced, and put back': async () => {
    renameSync(file, aside);
    renameSync(other, file);
    const got = await read();
    renameSync(aside, file);
    return got;
  },
  'gets another content of the same size and time': () => {
    const { atime, mtime } = statSync(file);
    writeFileSync(file, 'evil');
    utimesSync(file, atime, mtime);
    return read();
  },
  'is cut': () => {
    truncateSync(file, 2);
    return read();
  },
  'is removed after the read': async () => {
    const got = await read();
    rmSync(file);
    return got;
  },
  'becomes a link to another': () => {
    rmSync(file);
    symlinkSync(other, file);
    return read();
  },
  'becomes a second name of another': () => {
    rmSync(file);
    linkSync(other, file);
    return read();
  },
  'fails to be read since it is gone': () => {
    rmSync(file);
    return read();
  },
};

for (const [what, change] of Object.entries(changes)) {
  test(`the answer is refused when a file ${what}`, async () => {
    const work = async (): Promise<unknown> => await change();
    await assert.rejects(whileUnchanged([{ hostPath: file, pondPath: '/a.csv' }], work), (error) => {
      assert.ok(isPondError(error, 'content-changed'), String(error));
      assert.equal(error.path, '/a.csv');
      return true;
    });
  });
}

test('a read of unchanged files passes, as does one of files whose content was not compared', async () => {
  assert.equal(await whileUnchanged([{ hostPath: file }, { hostPath: file }], read), 'good');
  assert.equal(await whileUnchanged([{ hostPath: other }], () => Promise.resolve('read')), 'read');
  writeFileSync(other, 'new');
  assert.equal(await whileUnchanged([{ hostPath: other }], () => Promise.resolve('read')), 'read');
});

test('a failed read of unchanged files fails as before', async () => {
  await assert.rejects(
    whileUnchanged([{ hostPath: file }], () => Promise.reject(new TypeError('no'))),
    TypeError,
  );
});

test('a stream of a file ends with an error when the file is replaced during it', async () => {
  const stream = readUnchanged(file);
  assert.equal(Buffer.from((await stream.next()).value ?? []).toString(), 'good');
  renameSync(other, file);
  await assert.rejects(stream.next(), (error) => isPondError(error, 'content-changed'));
});

test('a file that was written here is compared at the second look, as its time may hide a change', async () => {
  writeFileSync(other, 'evil');
  noteWritten(other, content);
  await assert.rejects(
    whileUnchanged([{ hostPath: other }], () => Promise.resolve()),
    (error) => isPondError(error, 'content-changed'),
  );
});

/** For this long after a change, milliseconds, its file surely counts as changed recently. */
const recentMs = 20;

test('the time of a recent change is not relied on', () => {
  let fresh = fileState(file);
  let started: number;
  // A busy machine may take longer for these lines than a change counts as recent.
  do {
    started = performance.now();
    chmodSync(file, 0o600);
    fresh = fileState(file);
  } while (performance.now() - started > recentMs);
  const old = fileState(join(root, 'package.json'));
  assert.ok(typeof fresh !== 'string' && typeof old !== 'string');
  assert.deepEqual([fresh.isSettled, old.isSettled], [false, true]);
});
