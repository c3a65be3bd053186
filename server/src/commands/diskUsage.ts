import { displayPaths } from '../resources/displayPath.ts';
import { roleOf } from '../resources/tree/nodeRole.ts';
import { joinPath } from '../tinyfs/path.ts';
import { pathEntries } from './pathEntries.ts';
import { existing } from './tree.ts';
import { treeAt } from '../pond/treeAt.ts';
import { type Command } from './verb.ts';
import { createYield } from '../base/yieldToEventLoop.ts';

/** Sums of the files below a directory. */
interface Usage {
  files: number;
  bytes: number;
  sharedBytes: number;
  derived: number;
  /** Hashes of the contents that were counted. */
  readonly contents: Set<string>;
}

const newUsage = (): Usage => ({ files: 0, bytes: 0, sharedBytes: 0, derived: 0, contents: new Set() });

/**
 * Sizes of the current files below a path, by directory, the path itself first. Links are not followed. Contents of earlier
 * versions are not counted. Fails `not-found`.
 */
export const diskUsage: Command<'diskUsage'> = async (pond, { path, at: version, depth = 1 }, context) => {
  const fs = await treeAt(pond, version);
  const root = await fs.root();
  const names = displayPaths([fs]);
  const top = await existing(root, path);
  const usages = new Map<string, Usage>([[top.path, newUsage()]]);
  const yieldToEventLoop = createYield(context.signal);
  const entries = top.isDirectory ? pathEntries(root, top.path, { recursive: true }) : [{ at: top, path: top.path }];
  let visited = 0;
  for await (const { at } of entries) {
    await yieldToEventLoop();
    context.progress('measuring', (visited += 1));
    const above = directoriesAbove(top.path, at.path, depth);
    if (at.isDirectory) {
      if (above.length <= depth) usages.set(at.path, newUsage());
      continue;
    }
    for (const directory of above) {
      const usage = usages.get(directory);
      if (usage !== undefined) count(usage, at.node);
    }
  }
  return await Promise.all(
    [...usages].map(async ([directory, { contents: _, ...sums }]) => ({ ...(await names.named(directory)), ...sums })),
  );
};

function count(
  usage: Usage,
  node: Parameters<typeof roleOf>[0] & { readonly sizeBytes: number; readonly sha256: string },
): void {
  if (roleOf(node)?.in === 'derived') {
    usage.derived += 1;
    return;
  }
  usage.files += 1;
  usage.bytes += node.sizeBytes;
  if (usage.contents.has(node.sha256)) usage.sharedBytes += node.sizeBytes;
  usage.contents.add(node.sha256);
}

/** The reported directories that contain a path: the top, and those down to `depth` below it. */
function directoriesAbove(top: string, path: string, depth: number): readonly string[] {
  const steps = path.slice(top === '/' ? 1 : top.length + 1).split('/');
  return Array.from({ length: Math.min(depth + 1, steps.length) }, (_, index) =>
    joinPath(top, ...steps.slice(0, index)),
  );
}
