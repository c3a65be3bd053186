import { type ServiceRequest, unreachable } from './answers.ts';
import { type HydroVuEffects, type Limits } from './effects.ts';
import { type Answer, createExchange, type Exchange, ExchangeError } from './exchange.ts';
import { createRateLimiter } from './rateLimiter.ts';
import { createRetry, type Retry } from './retry.ts';

/** What all requests of one client share: its pace, and the secrets that no error may show. */
export interface Sender {
  readonly effects: HydroVuEffects;
  readonly persist: Retry;
  readonly pace: (signal: AbortSignal) => Promise<void>;
  readonly exchange: Exchange;
  keepSecret(...texts: readonly string[]): void;
  asked(method: string, path: string): ServiceRequest;
}

/** Returns what the requests of one client share. */
export function createSender(effects: HydroVuEffects, limits: Limits): Sender {
  const secrets = new Set<string>();
  return {
    effects,
    persist: createRetry(effects, limits),
    pace: createRateLimiter(effects, limits.requestsPerMinute),
    exchange: createExchange(effects, limits),
    keepSecret: (...texts) => texts.forEach((text) => secrets.add(text)),
    asked: (method, path) => ({
      what: `HydroVu ${method} ${path}`,
      get secrets() {
        return [...secrets];
      },
    }),
  };
}

/** Sends one request when its turn has come. Fails PassingFailure when there is no whole answer. */
export async function answerTo(
  { pace, exchange }: Sender,
  asked: ServiceRequest,
  url: string,
  init: RequestInit,
  signal: AbortSignal,
): Promise<Answer> {
  await pace(signal);
  try {
    return await exchange(url, init, signal);
  } catch (error) {
    throw error instanceof ExchangeError ? unreachable(error.message, asked) : error;
  }
}
