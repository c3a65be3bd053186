/** From what resources say to what the protocol says. */
import { type ProblemInfo } from '../protocol/resources.ts';
import { type Problem } from '../resources/problem.ts';

/** A problem of a text as clients see it. */
export function problemInfo({ code, severity, message, hint, range }: Problem, origin: string): ProblemInfo {
  const { line, character } = range.start;
  return { code, severity, message, ...(hint === undefined ? {} : { hint }), origin, line, character };
}
