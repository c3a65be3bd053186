import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type OpenPond } from '../../server/src/pond/openPond.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { faultKinds, forEachFault } from '../support/faultDisk.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { endLockHolders } from '../support/pondState.ts';

/** A pond in which commit 1 wrote /d/a and commit 2 changed it. */
async function changedPond(disk: Disk): Promise<OpenPond> {
  const pond = await initPondOn(disk, 'memory');
  const root = await pond.fs.root();
  await root.createDirectory('/d');
  await root.writeFile('/d/a', Buffer.from('first'));
  await pond.commit({ message: 'first', author: 'test' });
  await root.writeFile('/d/a', Buffer.from('second'));
  await pond.commit({ message: 'second', author: 'test' });
  return pond;
}

async function textAt(pond: OpenPond, path: string): Promise<string> {
  return Buffer.from(await (await pond.fs.root()).readFile(path)).toString();
}

async function conflictsOf(pond: OpenPond): Promise<readonly string[]> {
  return (await pond.status()).conflicts.map(({ path }) => path);
}

const first = (pond: OpenPond) => pond.resolve('1').then(({ number }) => number);

describe('a change staged on an earlier commit', () => {
  for (const isAlone of [true, false]) {
    it(`is a conflict, also after the pond was opened again, ${isAlone ? 'alone' : 'with others'}`, async () => {
      const disk = createMemoryDisk();
      const pond = await changedPond(disk);
      if (!isAlone) await (await pond.fs.root()).writeFile('/mine', Buffer.from('mine'));
      await pond.stageOn('/d/a', Buffer.from('other'), await first(pond));
      assert.deepEqual(await conflictsOf(pond), ['/d/a']);
      await pond.close();
      const again = await openPondOn(disk, 'memory', { mode: 'write' });
      assert.deepEqual(again.notices, []);
      const [conflict] = (await again.status()).conflicts;
      const sizes = [conflict?.base, conflict?.committed, conflict?.staged].map((node) => node?.sizeBytes);
      assert.deepEqual(
        sizes,
        ['first', 'second', 'other'].map((text) => text.length),
      );
      await assert.rejects(again.commit({ message: 'all', author: 'test' }), { code: 'conflict' });
      if (!isAlone) assert.equal(await textAt(again, '/mine'), 'mine');
      await again.close();
    });
  }

  it('is discarded for what is committed, or kept over it as its next version', async () => {
    const pond = await changedPond(createMemoryDisk());
    await pond.stageOn('/d/a', Buffer.from('other'), await first(pond));
    await pond.discard(['/d/a']);
    assert.equal(await textAt(pond, '/d/a'), 'second');
    await pond.stageOn('/d/a', Buffer.from('other'), await first(pond));
    await pond.keepStaged(['/d/a']);
    await pond.commit({ message: 'kept', author: 'test' });
    assert.equal(await textAt(pond, '/d/a'), 'other');
    assert.equal((await (await pond.fs.root()).get('/d/a'))?.node.version, 3);
    await pond.close();
  });

  it('replaces no change that is staged', async () => {
    const pond = await changedPond(createMemoryDisk());
    await (await pond.fs.root()).writeFile('/d/a', Buffer.from('mine'));
    await assert.rejects(pond.stageOn('/d/a', Buffer.from('other'), await first(pond)), { code: 'already-exists' });
    assert.equal(await textAt(pond, '/d/a'), 'mine');
    await pond.close();
  });

  it('leaves what else is staged, whichever call to the disk fails', async () => {
    const [kind] = faultKinds.filter(({ name }) => name === 'EIO');
    await forEachFault(kind!, 'changes', async (faults) => {
      const disk = createMemoryDisk();
      const pond = await changedPond(disk);
      await (await pond.fs.root()).writeFile('/mine', Buffer.from('mine'));
      await pond.close();
      const failing = await openPondOn(faults.wrap(disk), 'memory', { mode: 'write' }).catch(() => undefined);
      const isStaged = await failing?.stageOn('/d/a', Buffer.from('other'), await first(failing)).then(
        () => true,
        (error: unknown) => assert.ok(isPondError(error), String(error)),
      );
      endLockHolders(disk);
      const again = await openPondOn(disk, 'memory', { mode: 'write' });
      assert.equal(await textAt(again, '/mine'), 'mine');
      if (isStaged === true) assert.deepEqual(await conflictsOf(again), ['/d/a']);
      await again.close();
    });
  });
});
