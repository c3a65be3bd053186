import { type NodeInfo } from '../protocol/commands.ts';
import { displayPaths } from '../resources/displayPath.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { type Command } from './verb.ts';
import { nodeInfo } from './info.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { pathEntries } from './pathEntries.ts';
import { treeAt } from '../pond/treeAt.ts';

/**
 * The entries of a directory, or with `recursive` everything below it; the matches of a glob; else the one entry at the
 * path. A link at the end is followed if it leads to a directory. Paths are in the requested form, through the links in
 * them. A directory that cannot be listed carries the reason, and the rest is listed. Fails `not-found` for a path, not
 * for a glob, and as the requested directory itself.
 */
export const list: Command<'list'> = async (pond, { path: requested, at: version, recursive = false }, context) => {
  const fs = await treeAt(pond, version);
  const root = await fs.root();
  const names = displayPaths([fs]);
  const listed = new Map<string, NodeInfo>();
  for await (const { at, path, problem } of pathEntries(root, requested, { recursive })) {
    throwIfCancelled(context.signal);
    const info = listed.get(path) ?? (await listedInfo(at, path));
    listed.set(path, problem === undefined ? info : { ...info, unlisted: await names.text(problem.message) });
  }
  return [...listed.values()];

  async function listedInfo(at: NodePath, path: string): Promise<NodeInfo> {
    return { ...(await nodeInfo(root, at)), ...(await names.named(path)) };
  }
};
