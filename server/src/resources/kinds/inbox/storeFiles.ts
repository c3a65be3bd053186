import { isPondError } from '../../../base/error.ts';
import { hostFileState } from '../../../storage/hostScan.ts';
import { type Node } from '../../../tinyfs/backend.ts';
import { type WorkingDirectory } from '../../../tinyfs/workingDirectory.ts';
import { type RunContext } from '../../model/kind.ts';
import { type RunOutcome } from '../../model/runState.ts';
import { type FoundFile } from './find.ts';
import { contentOf, hashOf, type YieldToEventLoop, type HostSource, SkippedFile } from './hostContent.ts';
import { type SeenFiles } from './seenFiles.ts';
import { type Notes } from './notes.ts';

/** Dependencies of storing files. */
interface StoreOptions {
  readonly home: WorkingDirectory;
  readonly seenFiles: SeenFiles;
  readonly notes: Notes;
  readonly yieldToEventLoop: YieldToEventLoop;
  readonly progress: RunContext['progress'];
}

/** Stores the new or changed files, and returns their count. Files that cannot be stored are noted. */
export async function storeFiles(
  files: readonly FoundFile[],
  options: StoreOptions,
): Promise<Pick<RunOutcome, 'files' | 'bytes'>> {
  const { home, notes, progress } = options;
  const stored = createListing(home);
  const counts = { files: 0, bytes: 0 };
  for (const [index, file] of files.entries()) {
    await options.yieldToEventLoop();
    progress('files', index, files.length);
    try {
      const node = await stored(file.names);
      if (!(await storeFile(file, node, options))) continue;
      if (node !== undefined && node.sizeBytes > file.state.sizeBytes)
        notes.shortened(file.hostPath, { before: node.sizeBytes, now: file.state.sizeBytes });
      counts.files += 1;
      counts.bytes += file.state.sizeBytes;
    } catch (error) {
      if (error instanceof SkippedFile) {
        if (error.isMoving) notes.skipped(file.hostPath, error.message);
        else notes.failed(file.hostPath, error.message);
      } else if (isPondError(error) && occupiedCodes.has(error.code)) {
        notes.failed(file.hostPath, `the pond has something else at its path: ${error.message}`);
      } else throw error;
    }
  }
  progress('files', files.length, files.length);
  return counts;
}

/** Error codes of the pond for a directory at the path of a file, or the reverse. */
const occupiedCodes: ReadonlySet<string> = new Set(['already-exists', 'is-a-directory', 'not-a-directory']);

/** True when the file is stored as a new version, false when the pond already has it. */
async function storeFile(
  file: FoundFile,
  node: Node | undefined,
  { home, seenFiles, yieldToEventLoop }: StoreOptions,
): Promise<boolean> {
  const path = file.names.join('/');
  if (node !== undefined && seenFiles.knows(path, file.state, node.sha256)) return false;
  const source = sourceNow(file);
  const { state } = source;
  // Only a file of the same size can be equal: others need not be read twice.
  if (node?.type === 'file' && node.sizeBytes === state.sizeBytes) {
    if ((await hashOf(source, yieldToEventLoop)) === node.sha256) {
      seenFiles.see(path, state, node.sha256);
      return false;
    }
  }
  const content = await contentOf(source, yieldToEventLoop);
  const folder = file.names.slice(0, -1).join('/');
  if (folder !== '') await home.createDirectory(folder, { parents: true });
  const written = await home.writeFile(path, content, { type: 'file' });
  seenFiles.see(path, state, written.node.sha256);
  return true;
}

/** The file in its present state: time has passed since it was found. */
function sourceNow({ hostPath }: FoundFile): HostSource {
  const state = hostFileState(hostPath);
  if (state === undefined) throw new SkippedFile('it was removed meanwhile', true);
  return { hostPath, state };
}

/** Finds the pond's entry at the path of a file, listing each directory once. */
function createListing(home: WorkingDirectory): (names: readonly string[]) => Promise<Node | undefined> {
  const folders = new Map<string, Promise<ReadonlyMap<string, Node>>>();
  return async (names) => {
    const folder = names.slice(0, -1).join('/');
    const listed = folders.get(folder) ?? list(folder);
    folders.set(folder, listed);
    return (await listed).get(names.at(-1) ?? '');
  };

  async function list(folder: string): Promise<ReadonlyMap<string, Node>> {
    const at = await home.get(folder).catch(() => undefined);
    if (at?.isDirectory !== true) return new Map();
    return new Map((await home.list(folder)).map(({ basename, node }) => [basename, node]));
  }
}
