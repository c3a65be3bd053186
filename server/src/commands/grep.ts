import { PondError } from '../base/error.ts';
import { type GrepInfo } from '../protocol/commands.ts';
import { displayPaths } from '../resources/displayPath.ts';
import { roleOf } from '../resources/tree/nodeRole.ts';
import { followIfPossible } from '../tinyfs/resolve.ts';
import { type NodePath, rootPath } from '../tinyfs/nodePath.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { pathEntries } from './pathEntries.ts';
import { textLines } from './textLines.ts';
import { treeAt } from './tree.ts';
import { type Command } from './verb.ts';
import { createYield, yielding } from './yieldToEventLoop.ts';

const matchesMax = 10_000;

/**
 * Lines that contain a text, in path order; each file once. Files are read as streams. Derived files are not computed for
 * a search. Fails `usage` for an empty text, and as `list`.
 */
export const grep: Command<'grep'> = async (pond, params, context) => {
  const { text, paths, ignoreCase = false, filesOnly = false, limit = matchesMax } = params;
  if (text === '') throw new PondError('usage', 'the text to search for is empty');
  const fs = await treeAt(pond, params.at);
  const root = await fs.root();
  const names = displayPaths([fs]);
  const yieldToEventLoop = createYield(context.signal);
  const wanted = ignoreCase ? text.toLowerCase() : text;
  const matches: GrepInfo['matches'][number][] = [];
  const counts = { searched: 0, notText: 0 };
  for await (const { at, path } of filesOf(root, paths)) {
    context.progress(`searching ${path}`, counts.searched);
    if (!isText(at)) {
      counts.notText += 1;
      continue;
    }
    const displayPath = await names.path(path);
    const shown = displayPath === path ? { path } : { path, displayPath };
    let line = 0;
    let isBinary = false;
    for await (const content of textLines(yielding(root.backend.read(at.node), yieldToEventLoop))) {
      line += 1;
      isBinary = content === undefined;
      if (content === undefined || !(ignoreCase ? content.toLowerCase() : content).includes(wanted)) continue;
      if (matches.length === limit) return { matches, hasMore: true, ...counts };
      matches.push({ ...shown, line, text: content });
      if (filesOnly) break;
    }
    counts[isBinary ? 'notText' : 'searched'] += 1;
  }
  return { matches, hasMore: false, ...counts };
};

function isText({ node }: NodePath): boolean {
  return node.type === 'file' && roleOf(node)?.in !== 'derived';
}

/** The files at, below or matching the paths; links to files are followed, and each file counts once. */
async function* filesOf(
  root: WorkingDirectory,
  paths: readonly string[],
): AsyncIterable<{ readonly at: NodePath; readonly path: string }> {
  const { backend } = root;
  const top = rootPath(await backend.root());
  const seen = new Set<string>();
  for (const requested of paths) {
    for await (const { at, path } of pathEntries(root, requested, true)) {
      const file = at.node.type === 'symlink' ? await followIfPossible(backend, top, at) : at;
      if (file === undefined || file.isDirectory || seen.has(file.path)) continue;
      seen.add(file.path);
      yield { at: file, path };
    }
  }
}
