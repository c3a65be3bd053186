import { assert } from '../base/assert.ts';
import { type DiskFile } from './disk.ts';
import { addFile, findFile, findNode, type MemoryDirectory } from './memoryTree.ts';

/** Opens a file of a memory disk, which is at `path` below `root`, for appending at its end. */
export function openMemoryFile(root: MemoryDirectory, path: string, now: () => number): DiskFile {
  const file = findFile(root, path) ?? addFile(root, path, now());
  const { content } = file;
  let open = true;
  const change = () => {
    assert(open, () => `'${path}' is closed`);
    file.modifiedMs = now();
  };
  return {
    get sizeBytes() {
      return content.sizeBytes;
    },
    isInPlace: () => findNode(root, path) === file,
    append: (bytes) => {
      change();
      content.append(bytes);
    },
    truncate: (sizeBytes) => {
      assert(sizeBytes <= content.sizeBytes, () => `cannot cut '${path}' to more than it holds`);
      change();
      content.truncate(sizeBytes);
    },
    sync: () => assert(open, () => `'${path}' is closed`),
    close: () => {
      open = false;
    },
  };
}
