import { type FileSystem } from '../tinyfs/fs.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { type Pond } from './types.ts';

/** The trees of a pond. */
type PondTrees = Pick<Pond, 'at' | 'fs'>;

/** Returns the tree of a version; the working tree without one. Fails `version-not-found`. */
export async function treeAt(pond: PondTrees, version: string | undefined): Promise<FileSystem> {
  return version === undefined ? pond.fs : await pond.at(version);
}

/** Returns the root directory of the tree of `treeAt`. Fails as it. */
export async function rootAt(pond: PondTrees, version: string | undefined): Promise<WorkingDirectory> {
  return await (await treeAt(pond, version)).root();
}
