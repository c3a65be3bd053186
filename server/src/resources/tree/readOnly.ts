import { PondError } from '../../base/error.ts';

/** Returns the error for a change of a derived entry. */
export function derivedIsReadOnly(path: string): PondError {
  return new PondError('read-only', `${path} is made by a resource`, {
    path,
    hint: 'Change the document of the resource, or its inputs.',
  });
}

/** Returns the error for a change of what a Copy holds, in the resource directory at a path. */
export function copyIsReadOnly(path: string): PondError {
  return new PondError('read-only', `what is in ${path} is a copy of another pond's`, {
    path,
    hint: "Change it in the other pond, or copy it out of there with 'pond cp' first.",
  });
}
