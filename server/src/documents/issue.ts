import { type Problem, type ProblemCode } from './problem.ts';

/** A problem of one text, before its position in a document is known. */
export interface Issue {
  readonly code: ProblemCode;
  readonly message: string;
  readonly hint?: string;
  /** `error` when absent. */
  readonly severity?: Problem['severity'];
  /** The wrong part, 0-based offsets into the text, `end` exclusive; the whole text when absent. */
  readonly part?: { readonly start: number; readonly end: number };
}
