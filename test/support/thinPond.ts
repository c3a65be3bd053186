/** Thin clones: ponds whose large contents are only at an origin. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext } from 'node:test';
import { initPond } from './pond.ts';
import { smallParquet } from './smallParquet.ts';
import { temporaryFolder } from './folder.ts';

/** Content of more than the inline limit. */
export function largeContent(text: string): Buffer {
  return Buffer.from(text.repeat(Math.ceil(100_000 / text.length)));
}

/** Parquet of more than the inline limit: its last column has a long name. */
export function largeParquet(text: string): Uint8Array {
  return smallParquet(text.repeat(Math.ceil(70_000 / text.length)));
}

/** The folders of a pond, and of a copy of it without its blobs. */
export interface ThinFolders {
  readonly whole: string;
  readonly thin: string;
}

/**
 * Creates a pond with a large file in two versions, a small one and a series of a small and two large versions, and a copy
 * without blobs.
 */
export async function newThinFolders(t: TestContext): Promise<ThinFolders> {
  const folder = temporaryFolder(t);
  const [whole, thin] = [join(folder, 'whole'), join(folder, 'thin')];
  const pond = await initPond(whole);
  const root = await pond.fs.root();
  await root.createFile('/large', largeContent('first '));
  await root.createFile('/small', Buffer.from('small'));
  const options = { type: 'series' } as const;
  for (const content of [smallParquet('a'), largeParquet('b'), largeParquet('c')]) {
    await root.writeFile('/series', content, options);
  }
  await pond.commit({ message: 'files', author: 'test' });
  await root.writeFile('/large', largeContent('second '));
  await pond.commit({ message: 'another version', author: 'test' });
  await pond.close();
  cpSync(whole, thin, { recursive: true });
  rmSync(join(thin, '_pond/blobs'), { recursive: true });
  return { whole, thin };
}
