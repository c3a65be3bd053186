/** The client of S3-compatible services. Nothing else imports the SDK, and this file is imported on first use. */
import { setMaxListeners } from 'node:events';
import { S3Client } from '@aws-sdk/client-s3';
import { cancelled } from '../base/cancelled.ts';
import { isPondError } from '../base/error.ts';
import { type S3Location } from './location.ts';
import { boundAnswer, requireStoreAnswer } from './s3Answer.ts';
import { signContent } from './s3Body.ts';
import { failureOf } from './s3Failure.ts';
import { type StoreCredentials } from './s3Settings.ts';
import { type RetryEffects, StoreFailure, withRetries } from './storeRetry.ts';

/** Time to connect, milliseconds. */
const connectMs = 10_000;
/** Time without a byte after which a request has failed, milliseconds. */
const idleMs = 60_000;
/** Total time of the attempts of one request, milliseconds: a service that answered before is waited for. */
const patienceMs = 10 * 60_000;
/** The same before the first answer: the address may be wrong. */
const firstPatienceMs = 30_000;

/** Sends requests to one bucket, and repeats those that fail in passing. */
export class S3Requests {
  readonly client: S3Client;
  readonly #effects: RetryEffects;
  #hasAnswered = false;

  constructor(location: S3Location, credentials: StoreCredentials, effects: RetryEffects) {
    this.client = createClient(location, credentials);
    this.#effects = effects;
  }

  /**
   * Returns the result of `attempt`, which is called again after failures that may pass. It gets a signal, which is
   * aborted with `signal`. `what` names the object and the store in errors.
   */
  async run<T>(
    what: string,
    signal: AbortSignal | undefined,
    attempt: (client: S3Client, signal: AbortSignal | undefined) => Promise<T>,
  ): Promise<T> {
    // Requests that wait together listen to one signal; the caller bounds their number.
    if (signal !== undefined) setMaxListeners(0, signal);
    return await withRetries(() => this.#attempt(what, signal, attempt), {
      effects: this.#effects,
      patienceMs: () => (this.#hasAnswered ? patienceMs : firstPatienceMs),
      signal,
    });
  }

  /** Returns what a failure of the client means; any other error is returned as it is. */
  async failure(error: unknown, what: string, signal: AbortSignal | undefined): Promise<unknown> {
    if (error instanceof StoreFailure || isPondError(error)) return error;
    if (signal?.aborted === true) return cancelled();
    const failure = failureOf(error, { what, secrets: await this.#secrets(), nowMs: this.#effects.now() });
    if (failure instanceof StoreFailure && /^\d/.test(failure.kind)) this.#hasAnswered = true;
    return failure;
  }

  close(): void {
    this.client.destroy();
  }

  async #attempt<T>(
    what: string,
    signal: AbortSignal | undefined,
    attempt: (client: S3Client, signal: AbortSignal | undefined) => Promise<T>,
  ): Promise<T> {
    try {
      const result = await attempt(this.client, signal);
      this.#hasAnswered = true;
      return result;
    } catch (error) {
      throw await this.failure(error, what, signal);
    }
  }

  /** The keys that were used, wherever they come from. */
  async #secrets(): Promise<readonly string[]> {
    try {
      const { accessKeyId, secretAccessKey, sessionToken = '' } = await this.client.config.credentials();
      return [accessKeyId, secretAccessKey, sessionToken];
    } catch {
      return [];
    }
  }
}

const ignore = (): void => {};

function createClient({ endpoint, region, isPathStyle }: S3Location, credentials: StoreCredentials): S3Client {
  // The notice that later versions need a newer Node is for the authors of this program, not for its users.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: isPathStyle,
    ...(credentials === 'environment' ? {} : { credentials: identityOf(credentials) }),
    maxAttempts: 1,
    // Its own checksums come as trailers, which some stores refuse; our SHA-256 is sent instead.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // A service that ignores the header would delay each large request by seconds.
    expectContinueHeader: false,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    // Its warnings would appear among the output of the command.
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    requestHandler: { connectionTimeout: connectMs, socketTimeout: idleMs },
  });
  client.middlewareStack.add(
    (next) => async (args) => {
      signContent(args.request);
      return await next(args);
    },
    { step: 'build', name: 'signContent' },
  );
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answered = await next(args);
        requireStoreAnswer(answered.response, commandName ?? '');
        boundAnswer(answered.response, commandName === 'GetObjectCommand');
        return answered;
      },
    // The last before the answer is parsed.
    { step: 'deserialize', priority: 'low', name: 'boundAnswer' },
  );
  return client;
}

function identityOf({ keyId, secret, sessionToken }: Exclude<StoreCredentials, 'environment'>): {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
} {
  return { accessKeyId: keyId, secretAccessKey: secret, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
