import { isPondError } from '../base/error.ts';
import { type InputMatcher } from './model/derivedContent.ts';
import { type Resource } from './model/kind.ts';
import { documentPath } from './model/resourcePath.ts';

/**
 * Returns the patterns of a resource that match nothing, each with its position, in document order. Patterns that
 * cannot be matched are skipped: building their output fails.
 */
export async function missingInputs(inputs: InputMatcher, resource: Resource): Promise<readonly string[]> {
  const reads = new Set(resource.kind.flows(resource).flatMap((flow) => flow.reads));
  const texts: string[] = [];
  for (const { value, range } of reads) {
    const pattern = String(value);
    if (!(await matchesNothing(inputs, pattern))) continue;
    const line = range.start.line + 1;
    texts.push(`the pattern "${pattern}" matches nothing (${documentPath(resource)}, line ${line})`);
  }
  return texts;
}

async function matchesNothing(inputs: InputMatcher, pattern: string): Promise<boolean> {
  try {
    return (await inputs.match(pattern)).length === 0;
  } catch (error) {
    if (isPondError(error)) return false;
    throw error;
  }
}
