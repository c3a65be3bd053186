import { type ErrorCode } from './errorCode.ts';

/** Optional details of an operating error; each is shown to people when present. */
export interface ErrorDetails {
  /** Pond path or host path concerned. */
  readonly path?: string;
  /** `path` in the form that people know; undefined where it is the same. */
  readonly displayPath?: string;
  /** One sentence that names the next step. */
  readonly hint?: string;
  /** Position in a text that a person wrote, 0-based, in UTF-16 code units. */
  readonly position?: { readonly line: number; readonly character: number };
  readonly cause?: unknown;
}

/**
 * An operating error: bad input, a damaged store, a full disk. `code` is stable; `message` states expected and actual
 * values.
 */
export class PondError extends Error {
  readonly code: ErrorCode;
  readonly path: string | undefined;
  readonly displayPath: string | undefined;
  readonly hint: string | undefined;
  readonly position: ErrorDetails['position'];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'PondError';
    this.code = code;
    this.path = details.path;
    this.displayPath = details.displayPath;
    this.hint = details.hint;
    this.position = details.position;
  }
}

/** True when `error` is a PondError, of the given code when one is given. */
export function isPondError(error: unknown, code?: ErrorCode): error is PondError {
  return error instanceof PondError && (code === undefined || error.code === code);
}
