import { type Diagnostic, diagnosticSeverities } from '../protocol/language.ts';
import { type ResourceKind } from '../resources/model/kind.ts';
import { type Problem } from '../documents/problem.ts';
import { readResourceFile } from '../resources/resourceFile.ts';

/** Returns the problems of all resources in `text` as diagnostics, in the order of the text. */
export function diagnostics(options: {
  readonly text: string;
  readonly uri: string;
  readonly kinds: readonly ResourceKind[];
}): readonly Diagnostic[] {
  const documents = readResourceFile(options.text, options.kinds);
  return documents.flatMap(({ problems }) => problems.map((problem) => diagnosticOf(problem, options.uri)));
}

/** Returns the diagnostic for a problem. */
export function diagnosticOf(problem: Problem, uri: string): Diagnostic {
  const { code, severity, message, range, hint, related } = problem;
  return {
    range,
    severity: diagnosticSeverities[severity],
    code,
    source: 'pond',
    message: hint === undefined ? `${message}.` : `${message}. ${hint}`,
    ...(related && { relatedInformation: [{ location: { uri, range: related.range }, message: related.message }] }),
  };
}
