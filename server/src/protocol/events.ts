/** Notifications from server to client, and what travels with a request. */
import { type CommitInfo } from './commands.ts';

/** `pond/changed`: the working tree of a pond changed, whoever did it. */
export interface ChangedEvent {
  readonly pond: string;
  readonly changes: readonly { readonly kind: 'created' | 'changed' | 'deleted'; readonly path: string }[];
}

/** `pond/committed`: a commit was made (or, with commit null, the table moved and all may have changed). */
export interface CommittedEvent {
  readonly pond: string;
  readonly commit: CommitInfo | null;
}

/** `pond/health`: for the status bar. */
export interface HealthEvent {
  readonly health: 'ok' | 'warning' | 'error';
  readonly message: string;
}

/** `pond/progress`: how far a long command is; `token` is the one its params carried as `progressToken`. */
export interface ProgressEvent {
  readonly token: string;
  readonly message: string;
  /** Units done, and of how many when known. */
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
  /** `path` by the name of its resource; left out where it is the same. */
  readonly displayPath?: string;
  readonly hint?: string;
  readonly position?: { readonly line: number; readonly character: number };
}

/** What the client tells at initialize. */
export interface InitializationOptions {
  /** True when the transport carries Uint8Array; else bytes are base64. */
  readonly binary: boolean;
  /** False in a restricted workspace: nothing is run, imported or written to the host. */
  readonly trusted: boolean;
  readonly protocolVersion: number;
}
