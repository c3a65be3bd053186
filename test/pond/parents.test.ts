import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { commitFile } from '../../server/src/delta/logPaths.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { overwrite } from '../support/pondState.ts';
import { bytesOf, collect, textOf } from '../support/tree.ts';

for (const parent of ['0', '2', '9', '"x"']) {
  test(`a commit that names ${parent} as its parent, and not the one before it, is damage`, async () => {
    const disk = createMemoryDisk();
    const pond = await initPondOn(disk, 'parents');
    for (const text of ['one', 'two', 'three', 'four']) {
      await (await pond.fs.root()).writeFile('/a', bytesOf(text));
      await pond.commit({ message: text, author: 'test' });
    }
    await pond.close();
    const entry = textOf(disk.readFile(commitFile(commitNumber(2)))!);
    overwrite(disk, commitFile(commitNumber(2)), bytesOf(entry.replace('"parent":1', `"parent":${parent}`)));

    const damaged = await openPondOn(disk, 'parents', { mode: 'read' });
    const newest = collect(damaged.log({ limit: 10 }));
    await assert.rejects(newest, {
      code: 'pond-damaged',
      message: /^commit 2 says that it follows|pond\.parent is "x"; expected an integer/,
    });
    assert.equal(textOf(await (await damaged.fs.root()).readFile('/a')), 'four');
    await damaged.close();
  });
}
