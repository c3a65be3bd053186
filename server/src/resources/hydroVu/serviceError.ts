import { PondError } from '../../base/error.ts';
import { type ErrorCode } from '../../base/errorCode.ts';

/** How much of what the service answered is shown in an error. */
const excerptLengthMax = 200;

/** A failure of the service, with what it means for the rest of a run. */
export class ServiceError extends PondError {
  /** True when other requests are likely to fail as well: the account is refused, or nothing answers. */
  readonly concernsAll: boolean;

  constructor(code: ErrorCode, message: string, { concernsAll, hint }: { concernsAll: boolean; hint?: string }) {
    super(code, message, hint === undefined ? {} : { hint });
    this.name = 'ServiceError';
    this.concernsAll = concernsAll;
  }
}

/** Returns the error for an answer that has arrived and makes no sense, or cannot be used. */
export function nonsenseError(message: string): ServiceError {
  return new ServiceError('remote-failed', message, { concernsAll: false });
}

/** Returns the start of an answer on one line, without the secrets. Empty when there is nothing to show. */
export function excerptOf(body: string, secrets: readonly string[]): string {
  return redact(body.slice(0, 4 * excerptLengthMax), secrets)
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim()
    .slice(0, excerptLengthMax);
}

/** Returns the text with every secret in it replaced. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => (secret === '' ? clean : clean.replaceAll(secret, '…')), text);
}
