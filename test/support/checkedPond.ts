import { createHash } from 'node:crypto';
import { writeCheckpoint } from '../../server/src/delta/checkpoint.ts';
import { openTable } from '../../server/src/delta/snapshot.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { imageOf } from './diskImage.ts';
import { initPondOn } from './pond.ts';
import { bytesOf, parquetOf } from './tree.ts';

/**
 * A small pond with everything that a pond stores: a wide directory, a series, a blob that only an old version has, small
 * files, links, attributes, a removed file, a checkpoint, and staged changes, one of them a blob. More than 50 commits have
 * a checkpoint at 49; fewer have one at the last.
 */
export async function checkedPond(
  commitCount: number,
): Promise<{ readonly image: DiskImage; readonly blobHash: string }> {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'checked');
  const root = await pond.fs.root();
  const commit = (message: string): Promise<unknown> => pond.commit({ message, author: 'test' });
  const large = bytesOf('large '.repeat(15_000));
  await root.createFile('/s', parquetOf('one'), { type: 'series' });
  await root.createSymlink('/link', '/s');
  await root.createDirectory('/d');
  await root.setAttributes('/s', { unit: 'm' });
  await root.writeFile('/large', large);
  await root.writeFile('/a', bytesOf('one'));
  await root.writeFile('/gone', bytesOf('gone'));
  await commit('one');
  await root.writeFile('/a', bytesOf('two'));
  await root.writeFile('/s', parquetOf('two'));
  await root.writeFile('/large', bytesOf('small'));
  await root.rename('/link', '/d/link');
  await commit('two');
  await root.writeFile('/s', parquetOf('three'));
  await root.remove('/gone');
  await commit('three');
  await root.backend.batch(async () => {
    const wide = await root.createDirectory('/wide');
    for (let i = 0; i < 140; i++) await wide.writeFile(`file ${i}`, bytesOf(`${i}`));
  });
  await commit('four');
  await root.rename('/wide/file 7', '/d/moved');
  for (let number = 5; number <= commitCount; number++) {
    await root.writeFile('/d/a', bytesOf(`text ${number}`));
    await commit(`${number}`);
  }
  await root.writeFile('/staged', bytesOf('staged '.repeat(12_000)));
  await root.writeFile('/d/a', bytesOf('staged too'));
  await pond.close();
  if (commitCount < 50) await writeCheckpoint(disk, (await openTable(disk))!, Date.now());
  return { image: imageOf(disk), blobHash: createHash('sha256').update(large).digest('hex') };
}
