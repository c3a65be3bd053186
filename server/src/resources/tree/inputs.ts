import { splitSheet } from '../../documents/sheetPath.ts';
import { formatAt, formatKey } from '../../documents/statedFormat.ts';
import { readingOf } from '../../sandbox/formats.ts';
import { keyOf } from '../../materialize/contentKey.ts';
import { type HostFile, type HostFilesJob } from '../../pond/hostFile.ts';
import { type Node } from '../../tinyfs/backend.ts';
import { type FileSystem } from '../../tinyfs/fs.ts';
import { type NodePath, rootPath } from '../../tinyfs/nodePath.ts';
import { compareNames } from '../../tinyfs/path.ts';
import { followIfPossible } from '../../tinyfs/resolve.ts';
import { type Match } from '../model/derivedContent.ts';
import { isBookkeeping } from '../model/resourcePath.ts';
import { isKindName } from '../kindNames.ts';
import { roleOf } from './nodeRole.ts';
import { isUuid } from '../../documents/fieldTypes.ts';

/** Access to the files of the nodes of a tree. */
export interface InputFiles {
  contentKey(node: Node): string;
  hostFiles(node: Node, job: HostFilesJob): Promise<readonly HostFile[]>;
}

/** Returns the files of a tree, with derived content, that a pattern matches: see InputMatcher.match. */
export async function matchInputs(fs: FileSystem, files: InputFiles, pattern: string): Promise<readonly Match[]> {
  const found = await matchFiles(fs, files, pattern);
  // A file with the whole name takes precedence, as in a query.
  const { path, sheet } = found.length > 0 ? { path: pattern } : splitSheet(pattern);
  if (sheet === undefined) return found;
  return (await matchFiles(fs, files, path)).filter(isWorkbook).map((match) => withSheet(match, unescaped(sheet)));
}

const isWorkbook = ({ type, name }: Match): boolean => readingOf(type, name)?.converted === 'xlsx';

/** The text of a part of a pattern without wildcards. */
const unescaped = (text: string): string => text.replace(/\\(.)/gs, '$1');

function withSheet(match: Match, sheet: string): Match {
  return { ...match, path: `${match.path}#${sheet}`, key: keyOf('sheet', match.key, sheet), sheet };
}

async function matchFiles(fs: FileSystem, files: InputFiles, pattern: string): Promise<readonly Match[]> {
  const root = await fs.root();
  const top = rootPath(await fs.backend.root());
  const found = new Map<string, Match>();
  for await (const { node: entry, captures } of root.visit(rooted(pattern))) {
    const at = entry.node.type === 'symlink' ? await followIfPossible(fs.backend, top, entry) : entry;
    const file = at && matchOf(at, captures, pattern, files);
    const other = file && found.get(file.path);
    if (file !== undefined && (other === undefined || isNamed(file, other))) found.set(file.path, file);
  }
  return [...found.values()].sort((a, b) => compareNames(a.path, b.path));
}

function matchOf(at: NodePath, captures: readonly string[], pattern: string, files: InputFiles): Match | undefined {
  const { node, path, basename: name } = at;
  const { type, modifiedUs } = node;
  if (type === 'directory' || type === 'symlink' || isOwnRecord(path, pattern)) return undefined;
  const contentKey = files.contentKey(node);
  const stated = type === 'file' ? formatKey(at) : undefined;
  return {
    ...{ path, name, captures, type, modifiedUs },
    key: stated === undefined ? contentKey : keyOf('stated format', contentKey, stated),
    ...(roleOf(node)?.in !== 'derived' && { sizeBytes: node.sizeBytes }),
    ...(stated !== undefined && { format: () => formatAt(at) }),
    files: (job) => files.hostFiles(node, { ...job, mayJoin: true }),
  };
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
