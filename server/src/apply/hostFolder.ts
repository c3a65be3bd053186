import { relative as pathFrom, resolve, sep } from 'node:path';
import { PondError } from '../base/error.ts';
import { hostContent, isBelowHostPath, realHostPath, walkHost } from '../storage/hostTree.ts';

/** A small host file. */
interface SmallHostFile {
  /** Absolute. */
  readonly hostPath: string;
  readonly content: Uint8Array;
}

/**
 * Reads a small host file whose path may be relative to a folder. Fails `not-found`, `is-a-directory`,
 * `invalid-content` for a special file or one longer than `bytesMax`, and the storage codes.
 */
export type ReadHostFile = (path: string, bytesMax: number) => SmallHostFile;

/** Returns the reader for paths that are relative to a host folder. */
export function hostFolder(folder: string): ReadHostFile {
  return (relative, bytesMax) => {
    const path = resolve(folder, relative);
    const [found] = walkHost(path);
    if (found?.kind !== 'file') {
      throw new PondError('is-a-directory', `expected a file at ${path}, got a folder`, { path });
    }
    const content = found.sizeBytes > bytesMax ? undefined : hostContent(found);
    if (content instanceof Uint8Array) return { hostPath: path, content };
    const message = `expected at most ${bytesMax} bytes in ${path}, got ${found.sizeBytes}`;
    throw new PondError('invalid-content', message, {
      path,
      hint: 'The file is taken into the document, so it must be a small text: check the name.',
    });
  };
}

/**
 * Like hostFolder, for paths in documents, which may come from a stranger and whose files are copied into the pond.
 * Fails `path-escapes` for a path outside the folder, links followed, and for a hidden file or one in a hidden folder:
 * these hold secrets (`.env`) and settings (`.git/config`).
 */
export function belowHostFolder(folder: string): ReadHostFile {
  const read = hostFolder(folder);
  return (relative, bytesMax) => {
    const path = realHostPath(resolve(folder, relative));
    if (!isBelowHostPath(folder, path)) {
      throw new PondError('path-escapes', `the file ${relative} is not below ${folder}`, {
        path,
        hint: 'A document takes in files of its own folder only: keep the file there.',
      });
    }
    // Both as written and where links lead.
    const hidden = hiddenName(folder, resolve(folder, relative)) ?? hiddenName(realHostPath(folder), path);
    if (hidden === undefined) return read(path, bytesMax);
    throw new PondError('path-escapes', `the file ${relative} is hidden: ${hidden} begins with a dot`, {
      path,
      hint: 'Documents take in no hidden files, which may hold secrets: give the file another name.',
    });
  };
}

/** Returns the first component of a path below a folder that is hidden, if any. */
function hiddenName(folder: string, path: string): string | undefined {
  const names = pathFrom(folder, path).split(sep);
  return names.find((name) => name.startsWith('.') && name !== '..');
}
