/** What goes between this process and the one that renders templates. */

/** What a template may do before it is given up. */
export const templateLimits = {
  /** Steps of the engine. A loop of some hundred instructions goes round ten thousand times with that. */
  fuel: 5_000_000,
  /**
   * Milliseconds of processor time, so that a machine that is busy fails no template. Steps are limited already; some
   * can be long.
   */
  processorMs: 3000,
  /** Milliseconds until an answer is no longer waited for. */
  waitMs: 60_000,
  /** 64 KiB each, for the engine, the context and the text that comes out. */
  memoryPages: 1024,
  /** UTF-16 code units of the text that comes out. */
  outputLengthMax: 8_000_000,
  /** UTF-16 code units of a template. */
  sourceLengthMax: 1_000_000,
} as const;

/** What ends the process of a template that took too much processor time. */
export const overtimeSignal = 'SIGTERM';

export interface RenderRequest {
  readonly source: string;
  readonly context: object;
}

/** How a render ended. */
export type RenderReply =
  | { readonly text: string }
  | { readonly fault: RenderFault }
  /** The engine broke off and cannot be used again: in practice, for want of memory. */
  | { readonly broken: string };

/** What is wrong with a template; places are in the source as it was sent. */
export interface RenderFault {
  readonly message: string;
  /** 0-based line, characters as code points from its start; undefined where the engine does not tell. */
  readonly span?: { readonly line: number; readonly from: number; readonly to: number } | undefined;
  /** UTF-16 offset in the template as it was written, where that is known instead. */
  readonly origin?: number | undefined;
}
