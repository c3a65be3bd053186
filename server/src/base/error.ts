/**
 * The stable code of every operating error, with its meaning. docs/errors.md has one row for each; structure.test.ts
 * finds codes that are unused or undocumented. Code in client/cli decides the exit status of the command.
 */
export const errorCodes = {
  'not-found': 'nothing is at that path',
  'already-exists': 'something is at that path already',
  'not-a-directory': 'a path goes through something that is not a directory',
  'is-a-directory': 'a directory is where a file was expected',
  'not-a-symlink': 'the path is not a symbolic link',
  'directory-not-empty': 'a directory with entries is not removed unless asked recursively',
  'invalid-path': 'the path, name or pattern is not well formed',
  'path-escapes': 'the path leads out of the pond or the working directory',
  'symlink-loop': 'symbolic links lead around in a circle or through more than ten links',
  'visit-loop': 'a recursive visit meets a directory that it is inside of',
  'read-only': 'the pond, version or directory cannot be written',
  'invalid-content': 'the content is not what its file type promises',
  'ambiguous-dates': 'dates or times in text files can be read in two ways, and nothing in the files decides which',
  'pond-not-found': 'no pond is at that place',
  'pond-exists': 'a pond is at that place already',
  'pond-too-new': 'the pond was written by a newer format than this program knows',
  'pond-damaged': 'a file of the pond is missing, short or altered, or is not a regular file',
  'content-changed': 'a file was changed or replaced while it was read',
  'journal-damaged': 'the journal of staged changes is altered, or was removed or replaced while the pond was open',
  'lock-held': 'another process is writing this pond',
  conflict: 'a staged change is based on a version that is no longer the latest',
  'nothing-staged': 'there is nothing to commit or discard',
  'version-not-found': 'no commit matches that version',
  'time-out-of-range': 'a time is later than a pond can store',
  'proof-invalid': 'a proof is altered, or does not prove what was asked',
  'storage-full': 'the disk has no room left',
  'storage-denied': 'the disk or folder does not allow the operation',
  'storage-failed': 'the disk failed',
  'commit-unknown': 'a commit was interrupted and its outcome could not be read back',
  'query-invalid': 'the SQL does not parse or bind',
  'query-forbidden': 'the SQL reads the host, writes, or is not a query',
  'query-failed': 'the query failed while it ran',
  'engine-unavailable': 'the query engine could not be loaded, or crashed',
  cancelled: 'the operation was cancelled',
  'protocol-mismatch': 'client and server speak different versions',
  'resource-invalid': 'a resource document has errors',
  'resource-not-found': 'no resource has that name, or several have',
  'resource-cycle': 'resources read their own output, directly or through others',
  'run-failed': 'a resource could not do its work',
  'not-allowed': 'the person did not allow what a resource does on this computer',
  'secret-missing': 'an environment variable that a secret refers to is not set',
  'template-failed': 'a template does not parse, or failed or took too long while it was rendered',
  'remote-denied': 'a service on the network refused the credentials or the request',
  'remote-failed': 'a service on the network could not be reached, or its answer could not be understood',
  'remote-damaged': 'an object of a store is missing, short or altered',
  'remote-diverged': 'a store holds another history than this pond, or another pond',
  'remote-unsafe': 'a store does not protect an object from being written twice',
  untrusted: 'nothing is run in a workspace that is not trusted',
  usage: 'the command line is not well formed',
} as const;

export type ErrorCode = keyof typeof errorCodes;

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
  /**
   * Formats of which each, stated for `path` (docs/reading.md), lets the file be read: for a person to choose from.
   */
  readonly formats?: readonly FormatOptions[];
  readonly cause?: unknown;
}

/** Options of a format, as a person states them. */
export type FormatOptions = Readonly<
  Record<string, string | number | boolean | readonly string[] | Readonly<Record<string, string>>>
>;

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
  readonly formats: ErrorDetails['formats'];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'PondError';
    this.code = code;
    this.path = details.path;
    this.displayPath = details.displayPath;
    this.hint = details.hint;
    this.position = details.position;
    this.formats = details.formats;
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
    const { code, message, path, displayPath, hint, position, formats } = this;
    return {
      code,
      message,
      ...(path === undefined ? {} : { path }),
      ...(displayPath === undefined ? {} : { displayPath }),
      ...(hint === undefined ? {} : { hint }),
      ...(position === undefined ? {} : { position }),
      ...(formats === undefined ? {} : { formats }),
    };
  }

  /** Returns the error of plain data from another process; undefined for anything that is not one. */
  static fromPlain(data: unknown): PondError | undefined {
    const { code, message, path, displayPath, hint, position, formats } = propertiesOf(data);
    if (!isErrorCode(code) || typeof message !== 'string') return undefined;
    return new PondError(code, message, {
      ...(typeof path === 'string' ? { path } : {}),
      ...(typeof displayPath === 'string' ? { displayPath } : {}),
      ...(typeof hint === 'string' ? { hint } : {}),
      ...(isPosition(position) ? { position } : {}),
      ...(Array.isArray(formats) && formats.every(isFormat) ? { formats } : {}),
    });
  }
}

/** Returns the error of a statement that no person wrote without the position in it; one in a document stays. */
export function withoutStatement(error: unknown): unknown {
  if (!isPondError(error) || error.path?.endsWith('/resource.yaml') === true) return error;
  const { code, message, position: _, ...details } = error.toPlain();
  return new PondError(code, message, { ...details, cause: error });
}

/** True when `error` is a PondError, of the given code when one is given. */
export function isPondError(error: unknown, code?: ErrorCode): error is PondError {
  return error instanceof PondError && (code === undefined || error.code === code);
}

function isErrorCode(data: unknown): data is ErrorCode {
  return typeof data === 'string' && Object.hasOwn(errorCodes, data);
}

/** The properties of a value; none of null and undefined. */
function propertiesOf(data: unknown): Readonly<Record<string, unknown>> {
  return Object(data) as Readonly<Record<string, unknown>>;
}

function isFormat(data: unknown): data is FormatOptions {
  const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
  return isObject && Object.values(data).every(isFormatValue);
}

/** A text, a number or a truth value; or texts, in a list or by name. */
function isFormatValue(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return ['string', 'number', 'boolean'].includes(typeof value);
  return Object.values(value).every((item) => typeof item === 'string');
}

function isPosition(data: unknown): data is NonNullable<ErrorDetails['position']> {
  const { line, character } = propertiesOf(data);
  return Number.isSafeInteger(line) && Number.isSafeInteger(character);
}

/** Returns the result of work; undefined when it fails with a PondError. */
export function unlessPondError<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!isPondError(error)) throw error;
    return undefined;
  }
}
