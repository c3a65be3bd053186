import { type ErrorCode } from '../../server/src/base/error.ts';

/** Exit status by kind of failure. docs/commands.md has the same table. */
export const exitStatus = {
  other: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  denied: 5,
  damaged: 6,
  storage: 7,
  query: 8,
  cancelled: 130,
} as const;

const byCode: Partial<Record<ErrorCode, keyof typeof exitStatus>> = {
  usage: 'usage',
  'invalid-path': 'usage',
  'not-found': 'notFound',
  'pond-not-found': 'notFound',
  'version-not-found': 'notFound',
  'already-exists': 'conflict',
  'pond-exists': 'conflict',
  conflict: 'conflict',
  'lock-held': 'conflict',
  'read-only': 'denied',
  'path-escapes': 'denied',
  'storage-denied': 'denied',
  'pond-too-new': 'damaged',
  'pond-damaged': 'damaged',
  'content-changed': 'damaged',
  'journal-damaged': 'damaged',
  'commit-unknown': 'storage',
  'storage-full': 'storage',
  'storage-failed': 'storage',
  'query-invalid': 'query',
  'query-forbidden': 'query',
  'query-failed': 'query',
  'engine-unavailable': 'query',
  'resource-not-found': 'notFound',
  'not-allowed': 'denied',
  'secret-missing': 'denied',
  'remote-denied': 'denied',
  'remote-unsafe': 'denied',
  'remote-diverged': 'conflict',
  'remote-damaged': 'damaged',
  untrusted: 'denied',
  cancelled: 'cancelled',
};

/** Returns the exit status for an error's code. */
export function statusOf(code: ErrorCode): number {
  return exitStatus[byCode[code] ?? 'other'];
}
