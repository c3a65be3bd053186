import { type CodeAction } from '../protocol/language.ts';
import { type ResourceKind } from '../resources/model/kind.ts';
import { comparePositions, type TextRange } from '../base/lineMap.ts';
import { readResourceFile } from '../resources/resourceFile.ts';
import { diagnosticOf } from './diagnostics.ts';

/** Returns a change for each problem that touches the range and has a replacement. */
export function fixes(options: {
  readonly text: string;
  readonly uri: string;
  readonly range: TextRange;
  readonly kinds: readonly ResourceKind[];
}): readonly CodeAction[] {
  const { text, uri, range, kinds } = options;
  return readResourceFile(text, kinds).flatMap(({ problems }) =>
    problems.flatMap((problem) => {
      const { replacement } = problem;
      if (replacement === undefined || !touches(problem.range, range)) return [];
      return [
        {
          title: `Change to "${replacement}"`,
          kind: 'quickfix',
          diagnostics: [diagnosticOf(problem, uri)],
          isPreferred: true,
          edit: { changes: { [uri]: [{ range: problem.range, newText: replacement }] } },
        } satisfies CodeAction,
      ];
    }),
  );
}

function touches(a: TextRange, b: TextRange): boolean {
  return comparePositions(a.start, b.end) <= 0 && comparePositions(b.start, a.end) <= 0;
}
