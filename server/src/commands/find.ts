import { type NodeInfo } from '../protocol/commands.ts';
import { displayPaths } from '../resources/displayPath.ts';
import { matchNames, parseGlob } from '../tinyfs/glob.ts';
import { nodeInfo } from './info.ts';
import { momentOf } from './moment.ts';
import { pathEntries } from './pathEntries.ts';
import { treeAt } from '../pond/treeAt.ts';
import { type Command } from './verb.ts';
import { createYield } from '../base/yieldToEventLoop.ts';

/** Entries that all conditions accept, each once, in path order. Fails as `list`, and `version-not-found`. */
export const find: Command<'find'> = async (pond, params, context) => {
  const { path, name, type, sizeMin, sizeMax } = params;
  const fs = await treeAt(pond, params.at);
  const root = await fs.root();
  const names = displayPaths([fs]);
  const glob = name === undefined ? undefined : parseGlob(name);
  const newerUs = params.newer === undefined ? undefined : await momentOf(pond, params.newer);
  const olderUs = params.older === undefined ? undefined : await momentOf(pond, params.older);
  const hasSize = sizeMin !== undefined || sizeMax !== undefined;
  const yieldToEventLoop = createYield(context.signal);
  const found = new Map<string, NodeInfo>();
  let visited = 0;
  for await (const { at, path: listed, problem } of pathEntries(root, path, { recursive: true })) {
    await yieldToEventLoop();
    context.progress('searching', (visited += 1));
    const { node } = at;
    if (type !== undefined && node.type !== type) continue;
    if (glob !== undefined && matchNames(glob, [at.basename]) === undefined) continue;
    if (newerUs !== undefined && node.modifiedUs <= newerUs) continue;
    if (olderUs !== undefined && node.modifiedUs >= olderUs) continue;
    if (hasSize && at.isDirectory) continue;
    if (node.sizeBytes < (sizeMin ?? 0) || node.sizeBytes > (sizeMax ?? Infinity)) continue;
    const info = found.get(listed) ?? { ...(await nodeInfo(root, at)), ...(await names.named(listed)) };
    found.set(listed, problem === undefined ? info : { ...info, unlisted: await names.text(problem.message) });
  }
  return [...found.values()];
};
