/** Checkpoints that only other engines write: in several parts, and of version 2 with and without sidecars. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { compareCheckpoints } from '../../server/src/delta/compareCheckpoints.ts';
import { commitFile, hintFile } from '../../server/src/delta/logPaths.ts';
import { snapshotAt } from '../../server/src/delta/snapshot.ts';
import { writeNew } from '../../server/src/storage/durable.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { addOf, commit, contentOf, grow, openLatest } from '../support/deltaTable.ts';
import { checkpointForms, writeOtherCheckpoint } from '../support/otherCheckpoint.ts';

for (const form of checkpointForms) {
  it(`a checkpoint of another engine, ${form}, is read where commits are missing, and no damaged one`, async () => {
    const disk = createMemoryDisk();
    grow(disk, 4);
    commit(disk, 4, { removes: [{ path: 'f1', dataChange: true }], txns: [{ appId: 'app', version: 7 }] });
    const before = await openLatest(disk);
    const files = writeOtherCheckpoint(disk, before, form);
    commit(disk, 5, { adds: [addOf('later')] });
    const expected = contentOf(await openLatest(disk));
    assert.equal((await openLatest(disk)).checkpointVersion, undefined, 'commits are read while they are there');

    for (let version = 0; version <= 4; version++) disk.remove(commitFile(commitNumber(version)));
    assert.deepEqual(contentOf(await openLatest(disk)), expected);
    assert.deepEqual(contentOf(await snapshotAt(disk, commitNumber(4))), contentOf(before));
    await assert.rejects(snapshotAt(disk, commitNumber(2)), (error) => isPondError(error, 'version-not-found'));

    disk.remove(files.at(-1)!);
    await assert.rejects(openLatest(disk), (error) => isPondError(error, 'pond-damaged'));
  });

  it(`a checkpoint of another engine, ${form}, is found by the hint, and passed over when damaged`, async () => {
    const disk = createMemoryDisk();
    grow(disk, 4);
    const before = await openLatest(disk);
    const files = writeOtherCheckpoint(disk, before, form);
    const hint = form === 'parts' ? { parts: files.length } : { v2Checkpoint: { path: files[0]!.split('/').at(-1) } };
    writeNew(disk, hintFile, new TextEncoder().encode(JSON.stringify({ version: 3, size: 1, ...hint })));
    const found = await openLatest(disk);
    assert.deepEqual([found.checkpointVersion, contentOf(found)], [3, contentOf(before)]);
    const last = files.at(-1)!;
    const bytes = disk.readFile(last)!;
    disk.remove(last);
    writeNew(disk, last, bytes.subarray(0, bytes.length - 9));
    const replayed = await openLatest(disk);
    assert.deepEqual([replayed.checkpointVersion, contentOf(replayed)], [undefined, contentOf(before)]);
    assert.deepEqual(replayed.unusableCheckpoints, [files[0]]);
    assert.ok((await compareCheckpoints(disk, commitNumber(3))).length > 0);
  });
}

it('a hint that names a checkpoint without its files costs a replay', async () => {
  const disk = createMemoryDisk();
  grow(disk, 4);
  const expected = contentOf(await openLatest(disk));
  writeNew(disk, hintFile, new TextEncoder().encode(JSON.stringify({ version: 3, size: 1, parts: 2 })));
  const replayed = await openLatest(disk);
  assert.deepEqual([replayed.checkpointVersion, contentOf(replayed)], [undefined, expected]);
  assert.match(replayed.unusableCheckpoints.join(), /^_delta_log\/0+3\.checkpoint\.0+1\.0+2\.parquet$/);
});

for (const lacking of ['protocol', 'metaData'] as const) {
  it(`a checkpoint without ${lacking} is passed over`, async () => {
    const disk = createMemoryDisk();
    grow(disk, 3);
    const expected = contentOf(await openLatest(disk));
    const [file = ''] = writeOtherCheckpoint(disk, await openLatest(disk), 'json');
    const lines = new TextDecoder().decode(disk.readFile(file)).split('\n');
    const others = lines.filter((line) => !line.startsWith(`{"${lacking}"`));
    assert.equal(others.length, lines.length - 1);
    disk.remove(file);
    writeNew(disk, file, new TextEncoder().encode(others.join('\n')));
    const hint = { version: 2, size: 1, v2Checkpoint: { path: file.split('/').at(-1) } };
    writeNew(disk, hintFile, new TextEncoder().encode(JSON.stringify(hint)));
    const replayed = await openLatest(disk);
    assert.deepEqual([contentOf(replayed), replayed.unusableCheckpoints], [expected, [file]]);
  });
}

it('a sidecar outside the folder for sidecars is damage', async () => {
  const disk = createMemoryDisk();
  grow(disk, 2);
  const [main = '', , sidecar = ''] = writeOtherCheckpoint(disk, await openLatest(disk), 'json with sidecars');
  const text = new TextDecoder().decode(disk.readFile(main)).replace(sidecar.split('/').at(-1)!, '..%2F..%2Fx');
  disk.remove(main);
  writeNew(disk, main, new TextEncoder().encode(text));
  disk.remove(commitFile(commitNumber(0)));
  await assert.rejects(openLatest(disk), (error) => isPondError(error, 'pond-damaged'));
});
