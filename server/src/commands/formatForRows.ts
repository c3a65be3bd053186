import { formatAt, type StatedFormat } from '../documents/statedFormat.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';

/**
 * Returns the format that is stated for a path, which need not exist: rows of text files that become a node there are read
 * by it. Undefined when none is stated. Fails as formatAt.
 */
export async function formatForRows(root: WorkingDirectory, path: string): Promise<StatedFormat | undefined> {
  for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const found = await root.get(at);
    if (found !== undefined) return formatAt(found);
  }
  return undefined;
}
