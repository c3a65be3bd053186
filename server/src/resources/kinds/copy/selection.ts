/** The part of another pond's tree that a Copy takes. */
import { type FileSystem } from '../../../tinyfs/fs.ts';
import { joinPath, splitPath } from '../../../tinyfs/path.ts';
import { type WorkingDirectory } from '../../../tinyfs/workingDirectory.ts';

/** All of a directory, or the selected parts of it by name; a selected entry is whole. */
export type PathSelection = 'all' | ReadonlyMap<string, PathSelection>;

type OpenSelection = 'all' | Map<string, OpenSelection>;

/** A selection, and the patterns that matched nothing. */
interface Selected {
  readonly selection: PathSelection;
  readonly unmatched: readonly string[];
}

/**
 * Returns the part of a tree that patterns select: each match with everything below it, and the links that a pattern goes
 * through or ends at, with what they lead to. Everything without patterns. Fails as WorkingDirectory.visit.
 */
export async function selectPaths(fs: FileSystem, patterns: readonly string[] | undefined): Promise<Selected> {
  if (patterns === undefined) return { selection: 'all', unmatched: [] };
  const root = await fs.root();
  const unmatched: string[] = [];
  let selection: OpenSelection = new Map();
  for (const pattern of patterns) {
    let isMatched = false;
    // Below a directory is the whole of it, which is found without listing it.
    for await (const { node, path } of root.visit(pattern.replace(/(\/\*\*)+\/?$/, '') || '/')) {
      isMatched = true;
      selection = added(selection, node.path);
      for (const link of await linksOn(root, path)) selection = added(selection, link);
    }
    if (!isMatched) unmatched.push(pattern);
  }
  return { selection, unmatched };
}

/** The links that a path goes through or ends at, by their real paths, and what the last one leads to. */
async function linksOn(root: WorkingDirectory, path: string): Promise<readonly string[]> {
  const found: string[] = [];
  const { steps } = splitPath(path);
  for (let length = 1; length <= steps.length; length++) {
    const part = joinPath('/', ...steps.slice(0, length));
    const at = await root.get(part, { followLinks: false });
    if (at?.node.type !== 'symlink') continue;
    found.push(at.path);
    if (length === steps.length && (await root.exists(part))) found.push((await root.get(part))?.path ?? at.path);
  }
  return found;
}

function added(selection: OpenSelection, path: string): OpenSelection {
  const names = [...splitPath(path).steps];
  const last = names.pop();
  if (selection === 'all' || last === undefined) return 'all';
  let at = selection;
  for (const name of names) {
    const below = at.get(name) ?? new Map<string, OpenSelection>();
    if (below === 'all') return selection;
    at.set(name, below);
    at = below;
  }
  at.set(last, 'all');
  return selection;
}
