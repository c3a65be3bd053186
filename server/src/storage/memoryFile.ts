import { assert } from '../base/assert.ts';
import { type DiskFile } from './disk.ts';
import { type MemoryFile } from './memoryTree.ts';

/** Opens a file of a memory disk for appending at its end; `path` is for messages. */
export function openMemoryFile(file: MemoryFile, path: string, now: () => number): DiskFile {
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
