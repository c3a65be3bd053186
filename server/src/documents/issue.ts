import { type Problem, type ProblemCode } from './problem.ts';

/** What is wrong with one text, before it is known where in a document the text stands. */
export interface Issue {
  readonly code: ProblemCode;
  readonly message: string;
  readonly hint?: string;
  /** `error` when absent. */
  readonly severity?: Problem['severity'];
  /** The part that is wrong, 0-based offsets into the text, `end` exclusive; the whole text when absent. */
  readonly part?: { readonly start: number; readonly end: number };
}
