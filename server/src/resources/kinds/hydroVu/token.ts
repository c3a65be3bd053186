/** Tokens by the client credentials grant of OAuth 2: fetched on first use, and again before they expire. */
import { fieldsOf } from '../../../base/json.ts';
import { answerTo, type Sender } from './send.ts';
import { failureOf, valueOf } from './answers.ts';
import { TransientError } from './retry.ts';
import { nonsenseError, ServiceError } from './serviceError.ts';
import { type Account } from './credentials.ts';

const tokenPath = '/public-api/oauth/token';
const scopes = 'read:locations read:data';

/** A token is not used in the last minute, or for a short one the last tenth, of its lifetime. */
const spareMsMax = 60_000;

export interface Tokens {
  /** Fails `remote-denied` when the account is denied. */
  current(signal: AbortSignal): Promise<string>;
  /** Discards a token that the service rejects. */
  drop(token: string): void;
}

interface Token {
  readonly text: string;
  readonly usableUntilMs: number;
}

/** Returns the tokens of an account; fetches none yet. */
export function createTokens(account: Account, sender: Sender): Tokens {
  const { key, secret, url } = account;
  // The grant form-encodes both parts before it joins them.
  const basic = Buffer.from(`${formEncoded(key)}:${formEncoded(secret)}`).toString('base64');
  sender.keepSecret(key, secret, basic);
  let token: Token | undefined;

  async function fetchToken(signal: AbortSignal): Promise<Token> {
    const request = sender.request('POST', tokenPath);
    const init = {
      method: 'POST',
      headers: { authorization: `Basic ${basic}`, accept: 'application/json' },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: scopes }),
    };
    const startMs = sender.effects.now();
    const answer = await answerTo(sender, request, `${url}${tokenPath}`, init, signal);
    if (answer.status >= 200 && answer.status < 300) {
      const { text, lifeMs } = valueOf(answer, tokenOf, request);
      sender.keepSecret(text);
      return { text, usableUntilMs: startMs + lifeMs - Math.min(spareMsMax, lifeMs / 10) };
    }
    const failure = failureOf(answer, request, sender.effects.now());
    if (failure instanceof TransientError) throw new TransientError(concerningAll(failure.final), withWait(failure));
    // It is busy for long, which says nothing about the account.
    if (answer.status === 429 || answer.status >= 500) throw failure;
    throw new ServiceError(answer.status < 400 ? 'remote-failed' : 'remote-denied', failure.message, {
      concernsAll: true,
      hint: 'Look at the key and the secret of the account.',
    });
  }

  return {
    async current(signal) {
      if (token === undefined || sender.effects.now() >= token.usableUntilMs) {
        token = await sender.retry(() => fetchToken(signal), signal);
      }
      return token.text;
    },
    drop(refused) {
      if (token?.text === refused) token = undefined;
    },
  };
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

function withWait({ waitMs }: TransientError): { waitMs?: number } {
  return waitMs === undefined ? {} : { waitMs };
}

/** No request works without a token. */
function concerningAll({ code, message }: ServiceError): ServiceError {
  return new ServiceError(code, message, { concernsAll: true });
}

/** Without a declared lifetime, the service rejects the token when it expires. */
function tokenOf(value: unknown): { readonly text: string; readonly lifeMs: number } {
  const { access_token: text, expires_in: seconds } = fieldsOf(value);
  if (typeof text !== 'string' || !/^[\x21-\x7e]+$/.test(text)) throw nonsenseError('expected a text as access_token');
  if (seconds === null || seconds === undefined) return { text, lifeMs: Infinity };
  if (typeof seconds !== 'number') throw nonsenseError('expected a number as expires_in');
  return { text, lifeMs: Math.max(0, seconds) * 1000 };
}
