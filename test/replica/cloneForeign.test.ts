/** A copy of a pond whose table another engine worked on: its files come too, and a log that it cleaned up is enough. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { commitNumber, commitsUp, firstCommit } from '../../server/src/delta/commitNumber.ts';
import { checkpointFile, commitFile } from '../../server/src/delta/logPaths.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { checkedPond } from '../support/checkedPond.ts';
import { asStored, cloneOnto, soundCommits, storeOn } from '../support/clonedPond.ts';
import { imageOf } from '../support/diskImage.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ForeignEngine, type ForeignTable } from '../support/foreignEngine.ts';
import { initPond, openPond, openPondOn } from '../support/pond.ts';
import { pondState } from '../support/pondState.ts';
import { bytesOf } from '../support/tree.ts';

let engine: ForeignEngine;
before(async () => {
  engine = await ForeignEngine.open();
});
after(() => engine.close());

/** Commits a few changes of the pond in a folder. */
async function commitSome(directory: string, from: number): Promise<void> {
  const pond = await openPond(directory, { mode: 'write' });
  for (const number of [from, from + 1]) {
    await (await pond.fs.root()).writeFile('/a', bytesOf(`${number}`));
    await (await pond.fs.root()).writeFile(`/large ${number}`, bytesOf(`${number} `.repeat(40_000)));
    await pond.commit({ message: `${number}`, author: 'test' });
  }
  await pond.close();
}

const operations: Readonly<Record<string, (table: ForeignTable) => Promise<unknown>>> = {
  'appended rows': (table) => table.append(2),
  'merged the files': (table) => table.optimize({ codec: 'zstd' }),
  'merged the files, and deleted the old ones': async (table) => {
    await table.optimize({ codec: 'snappy', isShuffled: true });
    await table.vacuum();
  },
  'went back to an earlier version': (table) => table.restore(1),
};

describe('a copy of a pond in which another engine', () => {
  for (const [what, operation] of Object.entries(operations)) {
    it(`${what} is whole, and a fork is so too or refused`, async (t) => {
      const directory = temporaryFolder(t);
      await (await initPond(directory)).close();
      await commitSome(directory, 1);
      await operation(engine.table(directory));
      await commitSome(directory, 3);
      const stored = asStored(imageOf(openHostDisk(directory)));
      const expected = await soundCommits(createMemoryDisk(stored));
      const disk = createMemoryDisk();
      await cloneOnto(disk, storeOn(createMemoryDisk(stored)));
      assert.deepEqual(await soundCommits(disk), expected);
      const fork = createMemoryDisk();
      try {
        await cloneOnto(fork, storeOn(createMemoryDisk(stored)), { forkAuthor: 'me' });
        assert.deepEqual((await soundCommits(fork)).slice(0, -1), expected);
      } catch (error) {
        assert.ok(isPondError(error, 'pond-too-new'), String(error));
        assert.match(error.message, /another engine rewrote/);
      }
    });
  }
});

describe('a copy of a pond whose old log entries were removed', () => {
  it('begins with the checkpoint, and has every commit', async () => {
    const source = createMemoryDisk(asStored((await checkedPond(7)).image));
    const whole = await openPondOn(source, 'source', { mode: 'read' });
    const expected = (await pondState(whole, (number) => number === 7)).commits;
    await whole.close();
    for (const number of commitsUp(firstCommit, commitNumber(6))) source.remove(commitFile(number));
    const disk = createMemoryDisk();
    assert.equal((await cloneOnto(disk, storeOn(source))).head.number, 7);
    assert.ok(disk.stat(checkpointFile(commitNumber(7))) !== undefined);
    const pond = await openPondOn(disk, 'clone', { mode: 'write' });
    assert.deepEqual((await pondState(pond, (number) => number === 7)).commits, expected);
    assert.deepEqual([pond.notices, (await pond.checkHistory()).problems], [[], []]);
    await pond.close();
    await assert.rejects(cloneOnto(createMemoryDisk(), storeOn(source), { at: '3' }), (error) => isPondError(error));
    await assert.rejects(cloneOnto(createMemoryDisk(), storeOn(source), { forkAuthor: 'me' }), (error) =>
      isPondError(error, 'pond-too-new'),
    );
    source.remove(checkpointFile(commitNumber(7)));
    const none = createMemoryDisk();
    await assert.rejects(cloneOnto(none, storeOn(source)), (error) => isPondError(error, 'remote-damaged'));
    assert.equal(none.stat('_delta_log'), undefined);
  });
});
