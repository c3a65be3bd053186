import { isPondError } from '../base/error.ts';
import { type InputMatcher } from './model/derivedContent.ts';
import { type Resource } from './model/kind.ts';
import { documentPath } from './model/resourcePath.ts';

/**
 * Returns the patterns of a resource that match nothing, each with its position, in document order. Patterns that
 * cannot be matched are skipped: building their output fails.
 */
export async function missingInputs(inputs: InputMatcher, resource: Resource): Promise<readonly string[]> {
  const texts = new Set<string>();
  for (const { pattern, path } of resource.kind.flows(resource.spec).flatMap((flow) => flow.reads)) {
    const line = resource.positions.rangeOf(path).start.line + 1;
    const text = `the pattern "${pattern}" matches nothing (${documentPath(resource)}, line ${line})`;
    if (!texts.has(text) && (await matchesNothing(inputs, pattern))) texts.add(text);
  }
  return [...texts];
}

async function matchesNothing(inputs: InputMatcher, pattern: string): Promise<boolean> {
  try {
    return (await inputs.match(pattern)).length === 0;
  } catch (error) {
    if (isPondError(error)) return false;
    throw error;
  }
}
