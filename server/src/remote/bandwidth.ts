import { type RetryEffects } from './storeRetry.ts';

/** Limits the bytes per second of all streams that share it. */
export class Bandwidth {
  readonly #bytesPerSecond: number;
  readonly #effects: RetryEffects;
  /** Time at which the bytes so far have used up their share, milliseconds. */
  #freeMs = 0;

  constructor(bytesPerSecond: number, effects: RetryEffects) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#effects = effects;
  }

  /** Passes chunks on, each once its share of time has begun. Fails `cancelled` while it waits. */
  async *limit(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      const nowMs = this.#effects.now();
      const startMs = Math.max(nowMs, this.#freeMs);
      this.#freeMs = startMs + (chunk.length / this.#bytesPerSecond) * 1000;
      if (startMs > nowMs) await this.#effects.sleep(startMs - nowMs, signal);
      yield chunk;
    }
  }
}
