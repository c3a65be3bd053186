/** One request and its response, bounded in time and size. */
import { cancelled, throwIfCancelled } from '../../../base/cancelled.ts';
import { type HydroVuEffects, type Limits } from './effects.ts';
import { nonsenseError } from './serviceError.ts';

/** A response of any status. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** The network failed, or the response was truncated or too slow: it may be transient. */
export class ExchangeError extends Error {}

export type Exchange = (url: string, init: RequestInit, signal: AbortSignal) => Promise<Answer>;

/**
 * Returns the function that sends one request and reads the whole response. Redirects are returned like any other
 * response: the caller decides what may be sent to their target. Fails ExchangeError, `cancelled`, and `remote-failed`
 * for a body over the limit.
 */
export function createExchange({ fetch }: HydroVuEffects, { timeoutMs, bodyBytesMax }: Limits): Exchange {
  return async (url, init, signal) => {
    throwIfCancelled(signal);
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    const timer = setTimeout(stop, timeoutMs);
    signal.addEventListener('abort', stop);
    try {
      const response = await fetch(url, { ...init, redirect: 'manual', signal: abort.signal });
      const { status, headers } = response;
      return { status, headers, body: await readBody(response, bodyBytesMax) };
    } catch (error) {
      if (signal.aborted) throw cancelled();
      if (abort.signal.aborted) throw new ExchangeError(`no whole answer within ${timeoutMs / 1000} seconds`);
      // fetch fails with a TypeError whose cause has the details.
      if (error instanceof TypeError) throw new ExchangeError(describe(error));
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  };
}

async function readBody(response: Response, bytesMax: number): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the rest of the body.
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw nonsenseError(`the answer has more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function describe(error: TypeError): string {
  const cause = error.cause as { readonly code?: unknown; readonly message?: unknown } | undefined;
  const parts = [error.message, cause?.message, cause?.code].filter((part) => typeof part === 'string' && part !== '');
  return [...new Set(parts)].join(': ');
}
