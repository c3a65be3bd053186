import { type HostFile } from '../../pond/types.ts';
import { type Node } from '../../tinyfs/backend.ts';
import { type FileSystem } from '../../tinyfs/fs.ts';
import { type NodePath, rootPath } from '../../tinyfs/nodePath.ts';
import { compareNames } from '../../tinyfs/path.ts';
import { followIfPossible } from '../../tinyfs/resolve.ts';
import { type InputMatcher, type Match } from '../model/derivedContent.ts';
import { type Job } from '../../base/job.ts';
import { isBookkeeping } from '../model/resourcePath.ts';
import { isKindName } from '../kindNames.ts';
import { isUuid } from '../../documents/fieldTypes.ts';

/** Dependencies of inputs. */
export interface InputsParts {
  /** The tree, including derived content. */
  readonly fs: FileSystem;
  readonly contentKey: (node: Node) => string;
  readonly hostFiles: (node: Node, job: Job) => Promise<readonly HostFile[]>;
}

/** Inputs that cache the matches of patterns while their tree is unchanged. */
export interface RememberingInputs extends InputMatcher {
  /** Clears the cache; call when the tree changed. */
  forget(): void;
}

/**
 * Returns inputs that match each pattern once. Only finished matches are shared: one in progress may be part of a
 * cycle.
 */
export function rememberMatches(inputs: InputMatcher): RememberingInputs {
  let remembered = new Map<string, readonly Match[]>();
  return {
    async match(pattern) {
      const memory = remembered;
      const known = memory.get(pattern);
      if (known !== undefined) return known;
      const found = await inputs.match(pattern);
      memory.set(pattern, found);
      return found;
    },
    forget: () => void (remembered = new Map()),
  };
}

/** Returns the inputs in a tree. */
export function createInputs({ fs, contentKey, hostFiles }: InputsParts): InputMatcher {
  async function match(pattern: string): Promise<readonly Match[]> {
    const root = await fs.root();
    const top = rootPath(await fs.backend.root());
    const found = new Map<string, Match>();
    for await (const { node: entry, captures } of root.visit(rooted(pattern))) {
      const at = entry.node.type === 'symlink' ? await followIfPossible(fs.backend, top, entry) : entry;
      const file = at && matchOf(at, captures, pattern);
      const other = file && found.get(file.path);
      if (file !== undefined && (other === undefined || isNamed(file, other))) found.set(file.path, file);
    }
    return [...found.values()].sort((a, b) => compareNames(a.path, b.path));
  }

  function matchOf(at: NodePath, captures: readonly string[], pattern: string): Match | undefined {
    const { node, path, basename: name } = at;
    const { type, modifiedUs } = node;
    if (type === 'directory' || type === 'symlink' || isOwnRecord(path, pattern)) return undefined;
    const key = contentKey(node);
    return { path, name, captures, type, key, modifiedUs, files: (job) => hostFiles(node, job) };
  }

  return { match };
}

const rooted = (pattern: string): string => (pattern.startsWith('/') ? pattern : `/${pattern}`);

/** A wildcard matches a resource by its name and by its UUID; users mean the name. */
function isNamed(file: Match, other: Match): boolean {
  const ids = ({ captures }: Match): number => captures.filter(isUuid).length;
  return ids(file) < ids(other);
}

/** True for the bookkeeping files of a resource directory, unless the pattern names them. */
function isOwnRecord(path: string, pattern: string): boolean {
  const [, kind = '', id = '', name = '', ...rest] = path.split('/');
  return rest.length === 0 && isBookkeeping(name) && isKindName(kind) && isUuid(id) && !pattern.endsWith(`/${name}`);
}
