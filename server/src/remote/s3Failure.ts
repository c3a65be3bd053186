/** Failures of an S3-compatible service: what each means, and whether another attempt may succeed. */
import { type ErrorCode, PondError } from '../base/error.ts';
import { printable } from '../base/printable.ts';
import { ForeignAnswer } from './s3Answer.ts';
import { StoreFailure } from './storeRetry.ts';

/** The answer of a service, or the failure to get one. */
interface FailedAnswer {
  /** Undefined when there was no answer. */
  readonly status: number | undefined;
  /** Code of the service (`SlowDown`), or of the network (`ECONNRESET`). */
  readonly code: string;
  readonly message: string;
  /** Value of the header Retry-After; '' without one. */
  readonly retryAfter: string;
  /** True when the clock of the service differs by minutes: the client follows it from then on. */
  readonly isSkewed: boolean;
}

/** The request that failed, for the text of the error. */
interface FailedRequest {
  /** Object and store. */
  readonly what: string;
  /** Texts that no message may have. */
  readonly secrets: readonly string[];
  readonly nowMs: number;
}

const messageLengthMax = 200;

const transientStatuses = new Set([408, 409, 429]);
/** Statuses of errors of a server that no repetition changes: what it lacks, and a version of HTTP. */
const lastingStatuses = new Set([501, 505]);
const transientCodes = new Set(['RequestTimeout', 'SlowDown', 'ServiceUnavailable', 'InternalError', 'Throttling']);
const fullCodes = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage', 'TooManyBuckets']);
/** The service got other bytes than were sent. */
const digestCodes = new Set(['BadDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch']);

/** Answers that ask a person to change something, with what. */
const deniedHints: Readonly<Record<string, string>> = {
  AccessDenied: 'Check what the key may do, and the policy of the bucket.',
  AuthorizationHeaderMalformed: 'Name the region of the bucket.',
  ExpiredToken: 'Renew the session token.',
  InvalidAccessKeyId: 'Check the access key id.',
  InvalidToken: 'Renew the session token.',
  NoSuchBucket: 'Create the bucket, or correct its name.',
  PermanentRedirect: 'Name the region of the bucket, or the endpoint of its region.',
  RequestTimeTooSkewed: 'Set the clock of this computer.',
  SignatureDoesNotMatch: 'Check the secret access key.',
};

const addressHint = 'Check the address of the store: a proxy, or the sign-in page of a network, may answer there.';

/** Returns the failure of a request from what the client threw. Anything that the client did not throw is thrown on. */
export function failureOf(error: unknown, request: FailedRequest): StoreFailure {
  if (error instanceof ForeignAnswer) return foreignFailure(error.message, request);
  const answer = answerOf(error);
  if (answer === undefined) throw error;
  // A success that the client cannot read.
  if ((answer.status ?? 400) < 300)
    return foreignFailure(`expected the answer of a store, got status ${answer.status} and other content`, request);
  return answer.status === undefined ? networkFailure(answer, request) : serviceFailure(answer, request);
}

/** True if the store answered that the object is missing; the 404 page of another server does not count. */
export function isMissing(error: unknown): boolean {
  const answer = answerOf(error);
  return answer?.status === 404 && ['NoSuchKey', 'NoSuchUpload'].includes(answer.code);
}

/** The same for the answer to HEAD, which has no code. */
export function isMissingHead(error: unknown): boolean {
  return answerOf(error)?.status === 404;
}

/** True for the answer that a condition of the request does not hold: the key is taken. */
export function isTaken(error: unknown): boolean {
  return answerOf(error)?.status === 412;
}

/** True for the answer that the credentials may not do this. */
export function isDenied(error: unknown): boolean {
  return answerOf(error)?.status === 403;
}

/** True for the answer that another request for the key was under way. */
export function isConflict(error: unknown): boolean {
  return answerOf(error)?.status === 409;
}

/** True for the answer that a range starts after the end of the object. */
export function isPastEnd(error: unknown): boolean {
  return answerOf(error)?.status === 416;
}

/** True for the answer of a service that does not know the header of a checksum. */
export function refusesChecksum(error: unknown): boolean {
  const answer = answerOf(error);
  return (
    [400, 501].includes(answer?.status ?? 0) && /x-amz-(sdk-)?checksum|unsupported header/i.test(answer?.message ?? '')
  );
}

function serviceFailure(answer: FailedAnswer, request: FailedRequest): StoreFailure {
  const { status = 0, code } = answer;
  const said = `the store answered ${status} ${code}`;
  const fail = (errorCode: ErrorCode, retriesMax: number, hint: string | undefined): StoreFailure =>
    new StoreFailure(errorOf(errorCode, said, answer, request, hint), `${status} ${code}`, {
      retriesMax,
      waitMs: waitMsOf(answer.retryAfter, request.nowMs),
    });
  // The answer to HEAD has no code.
  if (code === 'RequestTimeTooSkewed' || (status === 403 && answer.isSkewed))
    return fail('remote-denied', 1, deniedHints['RequestTimeTooSkewed']);
  if (digestCodes.has(code))
    return fail('remote-damaged', 2, 'The connection, or the memory of a computer, changes bytes.');
  if (fullCodes.has(code) || status === 507) return fail('storage-full', 0, 'Free some room in the store.');
  const hint = deniedHints[code];
  if (hint !== undefined || status === 401 || status === 403)
    return fail('remote-denied', 0, hint ?? deniedHints['AccessDenied']);
  if (status === 501 || (status === 400 && /if-none-match|conditional/i.test(answer.message)))
    return fail('remote-unsafe', 0, 'The store lacks what a backup needs: see docs/stores.md.');
  const isPassing = transientStatuses.has(status) || (status >= 500 && !lastingStatuses.has(status));
  if (isPassing || transientCodes.has(code)) return fail('remote-failed', Infinity, 'Try again later.');
  return fail('remote-failed', 0, lastingHint(status, code));
}

function lastingHint(status: number, code: string): string {
  if (status < 400) return 'If the store has moved, name its new address as the endpoint.';
  return code === withoutCode ? addressHint : 'Check the settings of the store: see docs/stores.md.';
}

/** A proxy may fail once in so many requests; a sign-in page stays. */
const foreignRetriesMax = 2;

function foreignFailure(problem: string, { what }: FailedRequest): StoreFailure {
  const error = new PondError('remote-failed', printable(`${what}: ${problem}`), { hint: addressHint });
  return new StoreFailure(error, 'foreign', { retriesMax: foreignRetriesMax });
}

/** Name of the client's error when it finds no keys. */
const noCredentials = 'CredentialsProviderError';
/** Errors of the certificate: no other attempt helps, and nothing was sent. */
const certificateCode = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;
/** Errors of the network, and of a service that stops in the middle of an answer. */
const networkCode = /^((?!ERR_)E[A-Z_]+|HPE_\w+|ERR_STREAM_PREMATURE_CLOSE|TimeoutError)$/;

function networkFailure(answer: FailedAnswer, request: FailedRequest): StoreFailure {
  const { code } = answer;
  if (certificateCode.test(code)) {
    const hint = 'Name the file of the authority in NODE_EXTRA_CA_CERTS if the certificate is your own.';
    return new StoreFailure(errorOf('remote-denied', code, answer, request, hint), code, { retriesMax: 0 });
  }
  if (code === noCredentials) {
    const hint = 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.';
    return new StoreFailure(errorOf('remote-denied', 'no credentials', answer, request, hint), code, { retriesMax: 0 });
  }
  return new StoreFailure(
    errorOf('remote-failed', code, answer, request, 'Check the connection, then try again.'),
    code,
  );
}

/** An error of code and message only: the text of an answer may repeat the key id and the signed text. */
function errorOf(
  code: ErrorCode,
  said: string,
  { message }: FailedAnswer,
  { what, secrets }: FailedRequest,
  hint: string | undefined,
): PondError {
  const text = `${what}: ${said}${message === '' ? '' : `: ${message}`}`;
  const cut = redacted(text, secrets).slice(0, what.length + messageLengthMax);
  return new PondError(code, printable(cut), hint === undefined ? {} : { hint });
}

/** A shorter text may be part of any word, and is not a secret. */
const secretLengthMin = 4;
/** Key ids of Amazon have this form; those of others are replaced since they are in `secrets`. */
const keyId = /\b(AKIA|ASIA)[A-Z0-9]{12,}\b/g;

function redacted(text: string, secrets: readonly string[]): string {
  const found = secrets.filter(({ length }) => length >= secretLengthMin).sort((a, b) => b.length - a.length);
  return found.reduce((left, secret) => left.replaceAll(secret, '…'), text).replace(keyId, '…');
}

/** Seconds, or a date (RFC 9110), as milliseconds from now; 0 for anything else. */
function waitMsOf(retryAfter: string, nowMs: number): number {
  if (/^\d{1,6}$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? 0 : Math.max(0, date - nowMs);
}

/** Text that the client puts in the place of a message that the answer lacks. */
const withoutMessage = 'UnknownError';
/** Names that it puts in the place of a code. */
const unnamed = new Set(['Unknown', 'UnknownError', 'NotFound']);
/** Stands for the code in errors about answers that have none of S3. */
const withoutCode = 'without a code';

/** Facts about a failure of the client; undefined for an error of the program. */
function answerOf(error: unknown): FailedAnswer | undefined {
  if (!(error instanceof Error)) return undefined;
  const response = fieldOf(error, '$response');
  const status =
    numberOf(fieldOf(fieldOf(error, '$metadata'), 'httpStatusCode')) ?? numberOf(fieldOf(response, 'statusCode'));
  const retryAfter = textOf(fieldOf(fieldOf(response, 'headers'), 'retry-after'));
  const isSkewed = fieldOf(fieldOf(error, '$metadata'), 'clockSkewCorrected') === true;
  if (status !== undefined) {
    const isNamed = '$fault' in error && !unnamed.has(error.name);
    // Without an error of S3 in it the answer is that of something else: its text is not for people.
    return {
      status,
      code: isNamed ? error.name : withoutCode,
      message: isNamed && error.message !== withoutMessage ? error.message : '',
      retryAfter,
      isSkewed,
    };
  }
  const code = textOf(fieldOf(error, 'code')) || error.name;
  const isKnown = networkCode.test(code) || certificateCode.test(code) || code === noCredentials;
  return isKnown ? { status, code, message: error.message, retryAfter, isSkewed } : undefined;
}

/** A property of an object, enumerable or not; undefined for any other value. */
function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
