import { contentAt } from '../tinyfs/entries.ts';
import { type Glob, matchNames, parseGlob } from '../tinyfs/glob.ts';
import { type GrepInfo, type GrepPosition } from '../protocol/commands.ts';
import { displayPaths, type NamedPath } from '../resources/displayPath.ts';
import { roleOf } from '../resources/tree/nodeRole.ts';
import { followIfPossible } from '../tinyfs/resolve.ts';
import { type NodePath, rootPath } from '../tinyfs/nodePath.ts';
import { normalizePath } from '../tinyfs/path.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { type FoundLine, matchingLines } from './fileLines.ts';
import { lineMatcher } from './lineMatcher.ts';
import { pathEntries } from './pathEntries.ts';
import { treeAt } from '../pond/treeAt.ts';
import { type Command } from './verb.ts';
import { createYield, yielding } from '../base/yieldToEventLoop.ts';

const matchesMax = 10_000;
/** Bytes of files after which a page ends. */
const pageBytes = 16 * 1024 * 1024;

/**
 * Lines that contain a text or match an expression, in path order; each file once. Files are read as streams. Derived files
 * are not computed for a search. Fails `usage` for an empty text, an expression with a mistake or one that takes too long,
 * and as `list`.
 */
export const grep: Command<'grep'> = async (pond, params, context) => {
  const { paths, filesOnly = false, limit = matchesMax, paged = false, after } = params;
  const match = lineMatcher(params.text, params);
  const isExcluded = excluding(params.exclude ?? []);
  const fs = await treeAt(pond, params.at);
  const root = await fs.root();
  const names = displayPaths([fs]);
  const yieldToEventLoop = createYield(context.signal);
  const matches: GrepInfo['matches'][number][] = [];
  const counts = { searched: 0, notText: 0 };
  let bytes = 0;
  const named = async (path: string): Promise<NamedPath | undefined> => {
    const shown = await names.named(path);
    return isExcluded(shown.displayPath ?? path) ? undefined : shown;
  };
  for await (const { at, path, shown, index } of filesOf(root, { paths, after, named })) {
    context.progress(`searching ${shown.displayPath ?? path}`, counts.searched);
    if (!isText(at)) {
      counts.notText += 1;
      continue;
    }
    let last: FoundLine | undefined;
    let isBinary = false;
    const content = yielding(contentAt(root.backend, at), yieldToEventLoop);
    for await (const line of matchingLines(content, match, isAt(after, { index, path }) ? after.line : 0)) {
      isBinary = line === undefined;
      if (line === undefined) break;
      if (matches.length === limit) {
        return { matches, hasMore: true, next: { index, path, line: last?.line ?? 0 }, ...counts };
      }
      matches.push({ ...shown, ...line });
      last = line;
      if (filesOnly) break;
    }
    counts[isBinary ? 'notText' : 'searched'] += 1;
    bytes += at.node.sizeBytes;
    if (paged && bytes >= pageBytes)
      return { matches, hasMore: true, next: { index, path, line: wholeFile }, ...counts };
  }
  return { matches, hasMore: false, next: null, ...counts };
};

/** Line of a position after a whole file. */
const wholeFile = Number.MAX_SAFE_INTEGER;

function isAt(after: GrepPosition | undefined, { index, path }: Omit<GrepPosition, 'line'>): after is GrepPosition {
  return after?.index === index && after.path === path;
}

function isText({ node }: NodePath): boolean {
  return node.type === 'file' && roleOf(node)?.in !== 'derived';
}

/** Returns a function that says of a path whether it or a directory above it matches a pattern. Fails `invalid-path`. */
function excluding(patterns: readonly string[]): (path: string) => boolean {
  const globs: readonly Glob[] = patterns.map((pattern) =>
    parseGlob(pattern.startsWith('/') ? pattern : `/**/${pattern}`),
  );
  return (path) => {
    const { names } = normalizePath(path);
    return globs.some((glob) => names.some((_, index) => matchNames(glob, names.slice(0, index + 1)) !== undefined));
  };
}

interface WantedFiles {
  readonly paths: readonly string[];
  readonly after: GrepPosition | undefined;
  /** Returns the path by the name of its resource; undefined for one that is left out. */
  readonly named: (path: string) => Promise<NamedPath | undefined>;
}

interface FoundFile extends Omit<GrepPosition, 'line'> {
  readonly at: NodePath;
  readonly shown: NamedPath;
}

/** The files at, below or matching the paths, from a position on; links to files are followed, and each file counts once. */
async function* filesOf(root: WorkingDirectory, { paths, after, named }: WantedFiles): AsyncIterable<FoundFile> {
  const { backend } = root;
  const top = rootPath(await backend.root());
  const seen = new Set<string>();
  for (const [index, requested] of paths.entries()) {
    for await (const { at, path } of pathEntries(root, requested, { recursive: true })) {
      const file = at.node.type === 'symlink' ? await followIfPossible(backend, top, at) : at;
      if (file === undefined || file.isDirectory || seen.has(file.path)) continue;
      const shown = await named(path);
      if (shown === undefined) continue;
      seen.add(file.path);
      if (after === undefined || !isBefore({ index, path }, after)) yield { at: file, path, shown, index };
    }
  }
}

/** True for a file before a position: the lists are in the order of the names of a path, as UTF-8 bytes. */
function isBefore(file: Omit<GrepPosition, 'line'>, after: GrepPosition): boolean {
  if (file.index !== after.index) return file.index < after.index;
  if (file.path === after.path) return after.line === wholeFile;
  const [names, others] = [file.path.split('/'), after.path.split('/')];
  const at = names.findIndex((name, index) => name !== others[index]);
  return at < 0 || Buffer.compare(Buffer.from(names[at] ?? ''), Buffer.from(others[at] ?? '')) < 0;
}
