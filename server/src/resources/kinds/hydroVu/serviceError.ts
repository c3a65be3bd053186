import { PondError } from '../../../base/error.ts';
import { type ErrorCode } from '../../../base/errorCode.ts';

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
