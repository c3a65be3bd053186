/** Messages between this process and the one that renders templates. */

/** Limits on a template, beyond which it is stopped. */
export const templateLimits = {
  /** Steps of the engine: enough for ten thousand iterations of a loop of a few hundred instructions. */
  fuel: 5_000_000,
  /**
   * Milliseconds of processor time, so that no template fails because the machine is busy. Steps are limited already,
   * but some can be long.
   */
  processorMs: 3000,
  /** Milliseconds to wait for an answer. */
  waitMs: 60_000,
  /** Pages of 64 KiB, for the engine, the context and the output. */
  memoryPages: 1024,
  /** UTF-16 code units of the output. */
  outputLengthMax: 8_000_000,
  /** UTF-16 code units of a template. */
  sourceLengthMax: 1_000_000,
} as const;

/** The signal that ends the process of a template that took too much processor time. */
export const overtimeSignal = 'SIGTERM';

export interface RenderRequest {
  readonly source: string;
  readonly context: object;
}

/** Result of a render. */
export type RenderReply =
  | { readonly text: string }
  | { readonly fault: RenderFault }
  /** The engine aborted and cannot be used again: in practice, for lack of memory. */
  | { readonly broken: string };

/** A fault of a template; positions are in the source as sent. */
export interface RenderFault {
  readonly message: string;
  /** 0-based line, characters as code points from its start; undefined where the engine does not report it. */
  readonly span?: { readonly line: number; readonly from: number; readonly to: number } | undefined;
  /** UTF-16 offset in the template as written, where that is known instead. */
  readonly origin?: number | undefined;
}
