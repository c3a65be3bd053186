import { hasWildcard } from '../tinyfs/glob.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { type WD } from '../tinyfs/workingDirectory.ts';
import { type Command } from './context.ts';
import { nodeInfo } from './info.ts';
import { existing, throwIfCancelled, treeAt } from './tree.ts';
import { isPondError } from '../base/error.ts';

/**
 * The entries of a directory, or with `recursive` all below it; the matches of a glob; else the one entry at the path.
 * A link at the end is followed where it leads to a directory. Fails `not-found` for a path, not for a glob.
 */
export const list: Command<'list'> = async (context, params) => {
  const root = await treeAt(context, params);
  const infos = [];
  for await (const at of entries(root, params.path, params.recursive ?? false)) {
    throwIfCancelled(context.signal);
    infos.push(await nodeInfo(root, at));
  }
  return infos;
};

async function* entries(root: WD, path: string, recursive: boolean): AsyncIterable<NodePath> {
  // What is there by that very name goes before what the name would match as a pattern.
  const named = hasWildcard(path) ? await found(root, path) : await existing(root, path, false);
  if (named === undefined) {
    for await (const { node } of root.visit(path)) {
      yield node;
      if (recursive && node.isDirectory) yield* root.walk(node.path);
    }
    return;
  }
  const end = named.node.type === 'symlink' ? await found(root, path) : named;
  if (!end?.isDirectory) yield named;
  else if (recursive) yield* root.walk(end.path);
  else yield* await root.list(end.path);
}

/** What the path leads to; undefined when it leads nowhere. */
async function found(root: WD, path: string): Promise<NodePath | undefined> {
  try {
    return await root.get(path);
  } catch (error) {
    if (isPondError(error)) return undefined;
    throw error;
  }
}
