import { assert } from '../base/assert.ts';
import { type DiskFile } from './disk.ts';
import { addFile, findFile, findNode, type MemoryDirectory } from './memoryTree.ts';

/** Opens the file at `path` below `root` of a memory disk for appending. */
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
