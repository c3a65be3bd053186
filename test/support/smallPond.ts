import { writeCheckpoint } from '../../server/src/delta/checkpoint.ts';
import { openTable } from '../../server/src/delta/snapshot.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { inlineBytesMax } from '../../server/src/pond/blobs.ts';
import { imageOf } from './diskImage.ts';
import { initPondOn } from './pond.ts';
import { overwrite } from './pondState.ts';
import { bytesOf, parquetOf } from './tree.ts';

/**
 * The smallest pond with each kind of file and of row: a directory, a series, a link, attributes, a tag, a removed file, a
 * checkpoint, and a blob, to which a staged change refers too.
 */
export async function smallPond(): Promise<DiskImage> {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'small');
  const root = await pond.fs.root();
  const large = new Uint8Array(inlineBytesMax + 1).fill(1);
  await root.createFile('/s', parquetOf('one'), { type: 'series' });
  await root.createSymlink('/link', '/s');
  await root.createDirectory('/d');
  await root.setAttributes('/s', { unit: 'm' });
  await root.writeFile('/large', large);
  await root.writeFile('/gone', bytesOf('gone'));
  await pond.commit({ message: 'one', author: 'test' });
  await root.writeFile('/s', parquetOf('two'));
  await root.remove('/gone');
  await root.rename('/link', '/d/link');
  await pond.commit({ message: 'two', author: 'test' });
  const tag = { name: 'first', commit: pond.head.number, force: false };
  await pond.changeTag(tag, { message: 'three', author: 'test' });
  await root.writeFile('/staged', large);
  await root.writeFile('/d/a', bytesOf('staged too'));
  await pond.close();
  // Room on the disk, which is never read.
  overwrite(disk, '_pond/reserve', bytesOf('reserve'));
  await writeCheckpoint(disk, (await openTable(disk))!, Date.now());
  return imageOf(disk);
}
