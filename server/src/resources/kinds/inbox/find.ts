import { isPondError } from '../../../base/error.ts';
import { type HostFound, scanHost } from '../../../storage/hostScan.ts';
import { checkName } from '../../../tinyfs/path.ts';
import { isBookkeeping } from '../../model/resourcePath.ts';
import { type YieldToEventLoop } from './hostContent.ts';
import { type HostPattern } from './hostPattern.ts';
import { type Notes } from './notes.ts';

/**
 * A file that an Inbox copies, with its path components relative to the pattern's folder, and to the resource
 * directory.
 */
export type FoundFile = Extract<HostFound, { kind: 'file' }>;

/** Returns the files that match a pattern and that a resource directory can hold; the others are noted. */
export async function findFiles(
  pattern: HostPattern,
  notes: Notes,
  yieldToEventLoop: YieldToEventLoop,
): Promise<readonly FoundFile[]> {
  const files: FoundFile[] = [];
  for (const found of scanHost(pattern.folder, pattern.mayContain)) {
    await yieldToEventLoop();
    const { kind, hostPath, names } = found;
    if (kind === 'failed') notes.failed(hostPath, found.error.message);
    else if (!pattern.matches(names)) continue;
    else if (kind === 'skipped') notes.skipped(hostPath, found.reason);
    else {
      const problem = nameProblem(names);
      if (problem === undefined) files.push(found);
      else notes.skipped(hostPath, problem);
    }
  }
  return files;
}

function nameProblem(names: readonly string[]): string | undefined {
  if (names.length === 1 && isBookkeeping(names[0] ?? '')) return 'the pond keeps a file of its own under that name';
  try {
    names.forEach(checkName);
    return undefined;
  } catch (error) {
    if (isPondError(error, 'invalid-path')) return error.message;
    throw error;
  }
}
