/** Notifications from server to client, and the data of its errors. */
import { type SourcePosition } from '../base/lineMap.ts';
import { type FormatOptions } from '../base/error.ts';
import { type CommitInfo } from './info.ts';

/** `pond/changed`: the working tree of a pond changed, from any process. */
export interface ChangedEvent {
  readonly pond: string;
  readonly changes: readonly { readonly kind: 'created' | 'changed' | 'deleted'; readonly path: string }[];
}

/** `pond/committed`: a commit was made (or, with commit null, the table moved and everything may have changed). */
export interface CommittedEvent {
  readonly pond: string;
  readonly commit: CommitInfo | null;
}

/** A notification about a pond. */
export type PondNotification =
  | { readonly kind: 'changed'; readonly event: ChangedEvent }
  | { readonly kind: 'committed'; readonly event: CommittedEvent };

/** `pond/health`: whether queries can run. What is wrong with a pond is in its status. */
export interface HealthEvent {
  readonly health: 'ok' | 'error';
  readonly message: string;
}

/** `pond/progress`: progress of a long command; `token` is the `progressToken` of its params. */
export interface ProgressEvent {
  readonly token: string;
  readonly message: string;
  /** Units done, and their total when known. */
  readonly done: number;
  readonly total?: number;
}

export const events = {
  changed: 'pond/changed',
  committed: 'pond/committed',
  health: 'pond/health',
  progress: 'pond/progress',
} as const;

/** `data` of a JSON-RPC error response: the PondError as plain data. */
export interface ErrorData {
  readonly code: string;
  readonly path?: string;
  /** `path` by the name of its resource; omitted when it is the same. */
  readonly displayPath?: string;
  readonly hint?: string;
  readonly position?: SourcePosition;
  /** Formats of which each, stated for `path`, lets the file be read. */
  readonly formats?: readonly FormatOptions[];
}
