import { resolve } from 'node:path';
import { PondError } from '../base/error.ts';
import { hostContent, isBelowHostPath, realHostPath, walkHost } from '../storage/hostTree.ts';

/**
 * Reads a small host file whose path may be relative to a folder. Fails `not-found`, `is-a-directory`,
 * `invalid-content` for a special file or one longer than `bytesMax`, and the storage codes.
 */
export type ReadHostFile = (path: string, bytesMax: number) => Uint8Array;

/** Returns the reader for paths that are relative to a host folder. */
export function hostFolder(folder: string): ReadHostFile {
  return (relative, bytesMax) => {
    const path = resolve(folder, relative);
    for (const entry of walkHost(path)) {
      if (entry.kind !== 'file') break;
      const content = entry.sizeBytes > bytesMax ? undefined : hostContent(entry);
      if (content instanceof Uint8Array) return content;
      const message = `expected at most ${bytesMax} bytes in ${path}, got ${entry.sizeBytes}`;
      throw new PondError('invalid-content', message, { path, hint: 'it is to be a small text: check the name' });
    }
    throw new PondError('is-a-directory', `expected a file at ${path}, got a folder`, { path });
  };
}

/**
 * Like hostFolder, for paths in documents, which may come from a stranger and whose files are copied into the pond.
 * Fails `path-escapes` for a path outside the folder, links followed.
 */
export function belowHostFolder(folder: string): ReadHostFile {
  const read = hostFolder(folder);
  return (relative, bytesMax) => {
    const path = realHostPath(resolve(folder, relative));
    if (isBelowHostPath(folder, path)) return read(path, bytesMax);
    throw new PondError('path-escapes', `the file ${relative} is not below ${folder}`, {
      path,
      hint: 'Apply from a folder that holds the documents and what they name.',
    });
  };
}
