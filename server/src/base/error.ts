import { type ErrorCode, errorCodes } from './errorCode.ts';

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

/** An operating error as plain data, which can be sent to another process. It has no cause. */
export interface PlainError extends Omit<ErrorDetails, 'cause'> {
  readonly code: ErrorCode;
  readonly message: string;
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

  /**
   * Returns a copy with other details, or another code or message; what is not given stays. This error becomes the
   * cause of the copy unless another one is given.
   */
  with(changes: ErrorDetails & { readonly code?: ErrorCode; readonly message?: string }): PondError {
    const { code, message, ...details } = { cause: this, ...this.toPlain(), ...changes };
    return new PondError(code, message, details);
  }

  /** Returns the code, the message and the details that are present. */
  toPlain(): PlainError {
    const { code, message, path, displayPath, hint, position } = this;
    return {
      code,
      message,
      ...(path === undefined ? {} : { path }),
      ...(displayPath === undefined ? {} : { displayPath }),
      ...(hint === undefined ? {} : { hint }),
      ...(position === undefined ? {} : { position }),
    };
  }

  /** Returns the error of plain data from another process; undefined for anything that is not one. */
  static fromPlain(data: unknown): PondError | undefined {
    if (!isRecord(data) || !isErrorCode(data['code']) || typeof data['message'] !== 'string') return undefined;
    const { code, message, path, displayPath, hint, position } = data;
    return new PondError(code, message, {
      ...(typeof path === 'string' ? { path } : {}),
      ...(typeof displayPath === 'string' ? { displayPath } : {}),
      ...(typeof hint === 'string' ? { hint } : {}),
      ...(isPosition(position) ? { position } : {}),
    });
  }
}

/** True when `error` is a PondError, of the given code when one is given. */
export function isPondError(error: unknown, code?: ErrorCode): error is PondError {
  return error instanceof PondError && (code === undefined || error.code === code);
}

function isRecord(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null;
}

function isErrorCode(data: unknown): data is ErrorCode {
  return typeof data === 'string' && Object.hasOwn(errorCodes, data);
}

function isPosition(data: unknown): data is NonNullable<ErrorDetails['position']> {
  return isRecord(data) && Number.isSafeInteger(data['line']) && Number.isSafeInteger(data['character']);
}
