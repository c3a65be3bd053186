import { sep } from 'node:path';
import { assert } from '../base/assert.ts';

/** Characters that no name can have. A backslash is an ordinary character, except where it separates folders. */
const forbidden = sep === '\\' ? /[\0\\]/ : /\0/;

/** Fails an assert unless `path` is relative, stays inside the disk and is in canonical form. '' is the root. */
export function checkDiskPath(path: string): void {
  if (path === '') return;
  for (const name of path.split('/')) {
    assert(name !== '' && name !== '.' && name !== '..' && !forbidden.test(name), () => `'${path}' is not a disk path`);
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
