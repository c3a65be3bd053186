/** Interprets a response of the service as a value, a transient failure or a final one. */
import { requestedMsMax, requestedWaitMs } from './rateLimiter.ts';
import { type Answer } from './exchange.ts';
import { TransientError } from './retry.ts';
import { excerptOf, redactJson } from '../../redact.ts';
import { ServiceError } from './serviceError.ts';

/** A request as errors describe it, and the secrets to redact from them. */
export interface ServiceRequest {
  /** Method and path, without the query: `GET /public-api/v1/locations/list`. */
  readonly what: string;
  readonly secrets: readonly string[];
}

/** Reads JSON. Fails SyntaxError. */
export type ReadJson = (text: string) => unknown;

/**
 * Returns the value of a successful response. Fails TransientError for a truncated body, or one that `parse` rejects.
 */
export function valueOf<T>(
  { body }: Answer,
  parse: (value: unknown) => T,
  { what, secrets }: ServiceRequest,
  readJson: ReadJson = JSON.parse,
): T {
  const fail = (message: string, cut: boolean): TransientError => {
    const excerpt = excerptOf(body, secrets);
    const text = `${what}: ${message}${excerpt === '' ? '' : `; the answer begins: ${excerpt}`}`;
    return new TransientError(new ServiceError('remote-failed', text, { concernsAll: false }), { isMalformed: !cut });
  };
  let value: unknown;
  try {
    value = readJson(body);
  } catch {
    throw isCut(body) ? fail('the answer is cut short', true) : fail('the answer is not JSON', false);
  }
  try {
    return parse(value);
  } catch (error) {
    throw error instanceof ServiceError ? fail(excerptOf(error.message, secrets), false) : error;
  }
}

/** Like `valueOf`, but redacts secrets that the service repeats: the value is stored, and shown in notes and errors. */
export function publicValueOf<T>(
  answer: Answer,
  parse: (value: unknown) => T,
  request: ServiceRequest,
  readJson: ReadJson = JSON.parse,
): T {
  return valueOf(answer, parse, request, (text) => redactJson(readJson(text), text, request.secrets));
}

/** Returns the target of a redirect as an error shows it. */
export function shownTarget(target: string, { secrets }: ServiceRequest): string {
  return excerptOf(target, secrets);
}

/** Returns the failure for an unsuccessful response; the caller throws it. */
export function failureOf(
  answer: Answer,
  { what, secrets }: ServiceRequest,
  nowMs: number,
): TransientError | ServiceError {
  const { status, headers, body } = answer;
  const excerpt = excerptOf(body, secrets);
  const message = `${what}: status ${status}${excerpt === '' ? '' : `: ${excerpt}`}`;
  if (status === 401) {
    const hint = 'Look at the key and the secret of the account.';
    return new ServiceError('remote-denied', message, { concernsAll: true, hint });
  }
  if (status === 403) return new ServiceError('remote-denied', message, { concernsAll: false });
  // A rate limit (429) applies to all requests.
  const final = new ServiceError('remote-failed', message, { concernsAll: status === 429 });
  if (status !== 408 && status !== 429 && status < 500) return final;
  const waitMs = requestedWaitMs(headers, nowMs);
  if (waitMs !== undefined && waitMs > requestedMsMax) return busyUntil(nowMs + waitMs, message);
  return new TransientError(final, waitMs === undefined ? {} : { waitMs });
}

/** The failure of all requests before a time that is too far away to wait for. */
function busyUntil(ms: number, message: string): ServiceError {
  const until = new Date(Math.min(ms, Date.UTC(9999, 0))).toISOString();
  return new ServiceError('remote-failed', `${message}; the service asks to wait until ${until}`, {
    concernsAll: true,
    hint: 'The first run after that time collects what is missing.',
  });
}

/** Returns the failure of a request without a complete response. */
export function unreachable(problem: string, { what, secrets }: ServiceRequest): TransientError {
  const message = `${what}: ${excerptOf(problem, secrets)}`;
  return new TransientError(new ServiceError('remote-failed', message, { concernsAll: true }));
}

/** True for the start of a JSON text: an unterminated list or object. */
function isCut(body: string): boolean {
  return /^\s*[[{]/.test(body) && !/[\]}]\s*$/.test(body);
}
