import { inlineBytesMax } from '../pond/blobs.ts';
import { roleOf } from '../resources/tree/nodeRole.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type Node } from '../tinyfs/backend.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { pathEntries } from './pathEntries.ts';
import { type Command } from './verb.ts';
import { createYield } from '../base/yieldToEventLoop.ts';

/** Fetches the contents of files from the origin of a thin clone. Fails `not-found`, and as BlobOrigin.fetch. */
export const fetchContents: Command<'fetch'> = async (pond, { paths = ['/'], newerMs }, context) => {
  const { signal, progress, effects } = context;
  const sinceUs = newerMs === undefined ? -Infinity : (effects.now() - newerMs) * 1000;
  const nodes: Node[] = [];
  for await (const node of storedVersions(pond, paths, signal)) {
    if (node.sizeBytes > inlineBytesMax && node.modifiedUs >= sinceUs) nodes.push(node);
  }
  return { fetched: await pond.largeContents.fetch(nodes, { signal, progress }) };
};

/** Removes contents that the origin of a thin clone has. Fails `not-found`, `remote-unsafe`, and as BlobOrigin.has. */
export const evictContents: Command<'evict'> = async (pond, { olderMs }, { signal, progress, effects }) => {
  const before = olderMs === undefined ? {} : { beforeMs: effects.now() - olderMs };
  return await pond.largeContents.evict({ ...before, signal, progress });
};

/** Yields the stored files at paths and below, and those that links lead to; of a series each version. Fails as a listing. */
async function* storedVersions(pond: ResourcePond, paths: readonly string[], signal: AbortSignal): AsyncIterable<Node> {
  const root = await pond.fs.root();
  const yieldToEventLoop = createYield(signal);
  for (const path of paths) {
    for await (const { at, problem } of pathEntries(root, path, { recursive: true })) {
      await yieldToEventLoop();
      // What resources derive has no content of its own, also where it cannot be listed.
      if (roleOf(at.node)?.in === 'derived') continue;
      if (problem !== undefined) throw problem;
      const node = at.node.type === 'symlink' ? await fileOfLink(root, at.path) : at.node;
      if (node === undefined || node.type === 'directory') continue;
      if (node.type === 'series') yield* root.backend.versions(node);
      else yield node;
    }
  }
}

/** The stored file that a link leads to; undefined for anything else, and for a link that leads nowhere. */
async function fileOfLink(root: WorkingDirectory, path: string): Promise<Node | undefined> {
  if (!(await root.exists(path))) return undefined;
  const target = await root.get(path);
  return target === undefined || roleOf(target.node)?.in === 'derived' ? undefined : target.node;
}
