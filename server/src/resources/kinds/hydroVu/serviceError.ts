import { type ErrorCode, PondError } from '../../../base/error.ts';

/** A failure of the service, with its effect on the rest of a run. */
export class ServiceError extends PondError {
  /** True when other requests are likely to fail as well: the account is denied, or the service is unreachable. */
  readonly concernsAll: boolean;

  constructor(code: ErrorCode, message: string, { concernsAll, hint }: { concernsAll: boolean; hint?: string }) {
    super(code, message, hint === undefined ? {} : { hint });
    this.name = 'ServiceError';
    this.concernsAll = concernsAll;
  }
}

/** Returns the error for a complete response that is malformed or unusable. */
export function nonsenseError(message: string): ServiceError {
  return new ServiceError('remote-failed', message, { concernsAll: false });
}
