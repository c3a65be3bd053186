import { isPondError } from '../base/error.ts';
import { type ChangeInfo } from '../protocol/commands.ts';
import { type NamedChange } from '../resources/countedChanges.ts';
import { roleOf } from '../resources/tree/nodeRole.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { changeInfo } from './info.ts';

/** Entries of removed directories that one status visits: its cost does not depend on how much is removed. */
const visitedMax = 1000;

/** Staged changes as clients see them, a removed directory with the number of files that it has in `before`. */
export async function stagedChangeInfos(
  changes: readonly NamedChange[],
  before: WorkingDirectory,
): Promise<readonly ChangeInfo[]> {
  let left = visitedMax;
  const infos: ChangeInfo[] = [];
  for (const change of changes) {
    const isRemoved = change.kind === 'removed' && change.before?.type === 'directory' && change.partOf === undefined;
    const below = isRemoved ? await filesBelow(before, change.path, left) : undefined;
    left -= below?.visited ?? 0;
    infos.push({ ...changeInfo(change), ...(below !== undefined && { filesBefore: below.files }) });
  }
  return infos;
}

interface FilesBelow {
  readonly files: NonNullable<ChangeInfo['filesBefore']>;
  readonly visited: number;
}

/** Stored files below a directory, of which at most `max` entries are visited; undefined where it cannot be listed. */
async function filesBelow(root: WorkingDirectory, path: string, max: number): Promise<FilesBelow | undefined> {
  let [count, visited, isAll] = [0, 0, true];
  try {
    for await (const { node, isDirectory } of root.walk(path, { onUnlisted: () => (isAll = false) })) {
      if (visited === max) return { files: { count, isAll: false }, visited };
      visited += 1;
      if (!isDirectory && roleOf(node)?.in !== 'derived') count += 1;
    }
  } catch (error) {
    if (!isPondError(error)) throw error;
    return undefined;
  }
  return { files: { count, isAll }, visited };
}
