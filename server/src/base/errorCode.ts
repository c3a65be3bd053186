/**
 * Every operating error's stable code, with what it means. docs/errors.md has one row for each; structure.test.ts finds
 * codes that are unused or undocumented. Exit status of the terminal command is decided by code in client/cli.
 */
export const errorCodes = {
  'not-found': 'nothing is at that path',
  'already-exists': 'something is at that path already',
  'not-a-directory': 'a path goes through something that is not a directory',
  'is-a-directory': 'a directory stands where a file was expected',
  'not-a-symlink': 'the path is not a symbolic link',
  'directory-not-empty': 'a directory with entries is not removed unless asked recursively',
  'invalid-path': 'the path, name or pattern is not well formed',
  'path-escapes': 'the path leads out of the pond or the working directory',
  'symlink-loop': 'symbolic links lead around in a circle or through more than ten links',
  'visit-loop': 'a recursive visit meets a directory that it is inside of',
  'read-only': 'the pond, version or directory cannot be written',
  'invalid-content': 'the content is not what its file type promises',
  'pond-not-found': 'no pond is at that place',
  'pond-exists': 'a pond is at that place already',
  'pond-too-new': 'the pond was written by a newer format than this program knows',
  'pond-damaged': 'a file of the pond is missing, short or altered',
  'journal-damaged': 'the journal of staged changes has a hole: staged changes before and after it are kept aside',
  'lock-held': 'another process is writing this pond',
  conflict: 'a staged change is based on a version that is no longer the newest',
  'nothing-staged': 'there is nothing to commit or discard',
  'version-not-found': 'no commit matches that version',
  'storage-full': 'the disk has no room left',
  'storage-denied': 'the disk or folder does not allow the operation',
  'storage-failed': 'the disk failed',
  'commit-unknown': 'a commit was interrupted and its outcome could not be read back',
  'query-invalid': 'the SQL does not parse or bind',
  'query-forbidden': 'the SQL reads the host, writes, or is not a query',
  'query-failed': 'the query failed while it ran',
  'engine-unavailable': 'the query engine could not be loaded or died',
  cancelled: 'the operation was cancelled',
  'protocol-mismatch': 'client and server speak different versions',
  usage: 'the command line is not well formed',
} as const;

export type ErrorCode = keyof typeof errorCodes;
