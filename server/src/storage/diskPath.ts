import { assert } from '../base/assert.ts';

/** Fails an assert unless `path` is relative, stays inside the disk and is written in one way only. '' is the root. */
export function checkDiskPath(path: string): void {
  if (path === '') return;
  for (const name of path.split('/')) {
    assert(name !== '' && name !== '.' && name !== '..' && !/[\0\\]/.test(name), () => `'${path}' is not a disk path`);
  }
}

/** The directory that holds `path`; '' for a name in the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The last name of `path`. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `name` inside `directory`, which may be the root ''. */
export function joinPath(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}
