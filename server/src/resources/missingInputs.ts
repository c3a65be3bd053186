import { isPondError } from '../base/error.ts';
import { type InputMatcher } from './model/derivedContent.ts';
import { type Resource } from './model/kind.ts';
import { documentName, resourceDirectory } from './model/resourcePath.ts';

/**
 * Says which patterns of a resource match nothing, each with its place in the document, in the order of the document.
 * Those that cannot be matched at all are left out: what is made of them fails.
 */
export async function missingInputs(inputs: InputMatcher, resource: Resource): Promise<readonly string[]> {
  const reads = new Set(resource.kind.flows(resource).flatMap((flow) => flow.reads));
  const texts: string[] = [];
  for (const { value, range } of reads) {
    const pattern = String(value);
    if (!(await matchesNothing(inputs, pattern))) continue;
    const line = range.start.line + 1;
    texts.push(
      `the pattern "${pattern}" matches nothing (${resourceDirectory(resource)}/${documentName}, line ${line})`,
    );
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
