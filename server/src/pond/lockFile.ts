/** Content of a lock file. The folder may come from anybody, so the text is parsed. */
import { fieldsOf, parseJsonText } from '../base/json.ts';
import { type ProcessTable } from '../storage/processTable.ts';

/** Holder of a lock. */
export interface LockHolder extends ProcessTable {
  /** UUID of this one lock. */
  readonly id: string;
  readonly pid: number;
  /** Start time of the process as reported by the system; distinguishes it from a later process with the same pid. */
  readonly started: string | undefined;
  /** True when the holder changes the time of the file regularly. Earlier versions do not. */
  readonly beats: boolean;
}

/** End of the acknowledged bytes of a journal. */
export interface JournalEnd {
  /** Batch of the journal. */
  readonly batch: string;
  /** Acknowledged bytes, at least 1. */
  readonly sizeBytes: number;
}

/**
 * State of a lock file. `unknown` is text that cannot be parsed: a process may hold the lock, so it is not taken over.
 * A free one records where the journal ended when its holder closed the pond; undefined when nothing was staged, or when
 * that is not known.
 */
export type LockFile =
  | { readonly kind: 'held'; readonly holder: LockHolder }
  | { readonly kind: 'free'; readonly journal: JournalEnd | undefined }
  | { readonly kind: 'unknown' };

/** Returns the text of a lock that is held. */
export function heldText(holder: LockHolder): string {
  return `${JSON.stringify(holder)}\n`;
}

/** Returns the text of a lock that is free. */
export function freeText(journal: JournalEnd | undefined): string {
  return `${JSON.stringify({ free: true, journal })}\n`;
}

/**
 * Parses the text of a lock file; '' is free: truncating the file releases the lock on a full disk. Only the first line
 * counts: a machine that stops during a heartbeat can leave a byte after it.
 */
export function parseLock(text: string): LockFile {
  if (text === '') return { kind: 'free', journal: undefined };
  const [line = ''] = text.split('\n', 1);
  const lock = fieldsOf(parseJsonText(line));
  if (lock['free'] === true) return { kind: 'free', journal: journalEndIn(lock['journal']) };
  const { id, pid, host, started, boot, namespace, beats } = lock;
  if (typeof id !== 'string' || typeof pid !== 'number' || typeof host !== 'string') return { kind: 'unknown' };
  if (!Number.isSafeInteger(pid) || pid <= 0 || id === '' || host === '') return { kind: 'unknown' };
  if (!isOptionalText(started) || !isOptionalText(boot) || !isOptionalText(namespace)) return { kind: 'unknown' };
  return { kind: 'held', holder: { id, pid, host, started, boot, namespace, beats: beats === true } };
}

/** Parses where a journal ends; undefined for anything else. */
export function journalEndIn(value: unknown): JournalEnd | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { batch, sizeBytes }: Readonly<Record<string, unknown>> = { ...value };
  if (typeof batch !== 'string' || typeof sizeBytes !== 'number' || !Number.isSafeInteger(sizeBytes)) return undefined;
  return sizeBytes > 0 ? { batch, sizeBytes } : undefined;
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}
