import { type ErrorCode, PondError } from '../base/error.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly text: string;
  readonly hint?: string;
}

const full: Meaning = {
  code: 'storage-full',
  text: 'no room left on the disk',
  hint: 'Free some room on the disk, then try again.',
};
const denied: Meaning = {
  code: 'storage-denied',
  text: 'the operation is not allowed',
  hint: 'Check the permissions of the folder, and that its disk is writable and has hard links.',
};
const tooManyOpen: Meaning = {
  code: 'storage-failed',
  text: 'too many files are open',
  hint: 'Close some files, or raise the limit.',
};
const checkPath = 'Check the path, and what is there on the disk.';
const meanings: Readonly<Record<string, Meaning>> = {
  ENOSPC: full,
  EDQUOT: full,
  EACCES: denied,
  EPERM: denied,
  EROFS: { ...denied, text: 'the disk is read-only' },
  ENOTDIR: { code: 'storage-failed', text: 'a part of the path is not a directory', hint: checkPath },
  EISDIR: { code: 'storage-failed', text: 'a directory is there', hint: checkPath },
  EEXIST: { code: 'already-exists', text: 'the name is taken' },
  ENOENT: { code: 'storage-failed', text: 'it, or its folder, does not exist', hint: checkPath },
  EMFILE: tooManyOpen,
  ENFILE: tooManyOpen,
  EBUSY: { code: 'storage-failed', text: 'another program uses it', hint: 'Close it there, then try again.' },
  EFBIG: {
    code: 'storage-failed',
    text: 'the disk or a limit of the system allows no file of this size',
    hint: "A disk with FAT32 has files of up to 4 GiB; 'ulimit -f' shows the limit of a shell.",
  },
  ENAMETOOLONG: {
    code: 'storage-failed',
    text: 'the name is longer than the disk allows',
    hint: 'Most disks allow 255 bytes, and encrypted folders fewer.',
  },
};

/**
 * Returns the error for a host error number such as 'ENOSPC' during `action` (a verb: 'create', 'flush') on `path`:
 * `storage-full`, `storage-denied`, `already-exists`, or `storage-failed` for all else.
 */
export function storageError(errno: string, action: string, path: string, cause?: unknown): PondError {
  const { code, text, hint }: Meaning = meanings[errno] ?? { code: 'storage-failed', text: 'the disk failed' };
  const message = `cannot ${action} '${path}': ${text} (${errno})`;
  return new PondError(code, message, { path, cause, ...(hint === undefined ? {} : { hint }) });
}

/** Returns the host's error number in `error`, such as 'ENOENT'; undefined when the host did not raise it. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Rethrows a host error as a PondError, and any other error unchanged. */
export function raise(error: unknown, action: string, path: string): never {
  const errno = errnoOf(error);
  throw errno === undefined ? error : storageError(errno, action, path, error);
}
