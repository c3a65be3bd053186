import { type ServiceRequest, unreachable } from './answers.ts';
import { type HydroVuEffects, type Limits } from './effects.ts';
import { type Answer, createExchange, type Exchange, ExchangeError } from './exchange.ts';
import { createRateLimiter } from './rateLimiter.ts';
import { createRetry, type Retry } from './retry.ts';

/** State that all requests of one client share: its rate limit, and the secrets to redact from errors. */
export interface Sender {
  readonly effects: HydroVuEffects;
  readonly retry: Retry;
  readonly waitForTurn: (signal: AbortSignal) => Promise<void>;
  readonly exchange: Exchange;
  keepSecret(...texts: readonly string[]): void;
  request(method: string, path: string): ServiceRequest;
}

/** Returns the shared state of one client's requests. */
export function createSender(effects: HydroVuEffects, limits: Limits): Sender {
  const secrets = new Set<string>();
  return {
    effects,
    retry: createRetry(effects, limits),
    waitForTurn: createRateLimiter(effects, limits.requestsPerMinute),
    exchange: createExchange(effects, limits),
    keepSecret: (...texts) => texts.forEach((text) => secrets.add(text)),
    request: (method, path) => ({
      what: `HydroVu ${method} ${path}`,
      get secrets() {
        return [...secrets];
      },
    }),
  };
}

/** Sends one request within the rate limit. Fails TransientError without a complete response. */
export async function answerTo(
  { waitForTurn, exchange }: Sender,
  request: ServiceRequest,
  url: string,
  init: RequestInit,
  signal: AbortSignal,
): Promise<Answer> {
  await waitForTurn(signal);
  try {
    return await exchange(url, init, signal);
  } catch (error) {
    throw error instanceof ExchangeError ? unreachable(error.message, request) : error;
  }
}
