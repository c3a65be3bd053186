import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { displayPaths } from '../resources/displayPath.ts';
import { formatKey } from '../documents/statedFormat.ts';
import { readingOf } from '../sandbox/formats.ts';
import { type NodePath, rootPath } from '../tinyfs/nodePath.ts';
import { followIfPossible } from '../tinyfs/resolve.ts';
import { fuzzyScore } from '../base/fuzzy.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { type Command } from './verb.ts';
import { pathEntries } from './pathEntries.ts';
import { treeAt } from '../pond/treeAt.ts';
import { createYield } from '../base/yieldToEventLoop.ts';

/** The files of one tree, so that a typed letter does not list the pond again. */
interface Listing {
  readonly at: string;
  readonly files: readonly ListedFile[];
}

interface ListedFile {
  readonly path: string;
  readonly isTable: boolean;
}

/** The latest complete listing of a pond, and how often what it lists has changed. */
interface Listings {
  latest: Listing | undefined;
  changes: number;
}

/** Listings of more files are not kept. */
const keptMax = 200_000;
const listingsOf = new WeakMap<ResourcePond, Listings>();
const pageFiles = 100;

/** Files whose path has the letters of a text in their order, the best first. Fails `version-not-found`. */
export const findFiles: Command<'findFiles'> = async (pond, params, { signal }) => {
  const { text, at, areTables = false, start = 0, limit = pageFiles } = params;
  const yieldToEventLoop = createYield(signal);
  const files = await filesOf(pond, at, yieldToEventLoop);
  const scored: { readonly path: string; readonly score: number }[] = [];
  for (const { path, isTable } of files) {
    await yieldToEventLoop();
    const score = areTables && !isTable ? undefined : fuzzyScore(text, path);
    if (score !== undefined) scored.push({ path, score });
  }
  scored.sort((a, b) => b.score - a.score || a.path.length - b.path.length || (a.path < b.path ? -1 : 1));
  return {
    paths: scored.slice(start, start + limit).map(({ path }) => path),
    total: scored.length,
    searched: files.length,
  };
};

/** All files of a tree, by the names of their resources. */
async function filesOf(
  pond: ResourcePond,
  at: string | undefined,
  yieldToEventLoop: () => Promise<void>,
): Promise<readonly ListedFile[]> {
  const version = at === undefined ? 'working' : String((await pond.resolve(at)).number);
  const listings = followed(pond);
  if (listings.latest?.at === version) return listings.latest.files;
  const { changes } = listings;
  const files = await listFiles(await treeAt(pond, at), yieldToEventLoop);
  // What another process stages arrives without an event, and a change since the listing began may be missing in it.
  const isFollowed = at !== undefined || pond.mode === 'write';
  if (isFollowed && listings.changes === changes && files.length <= keptMax) listings.latest = { at: version, files };
  return files;
}

function followed(pond: ResourcePond): Listings {
  const known = listingsOf.get(pond);
  if (known !== undefined) return known;
  const listings: Listings = { latest: undefined, changes: 0 };
  listingsOf.set(pond, listings);
  pond.onEvent(() => {
    listings.latest = undefined;
    listings.changes += 1;
  });
  return listings;
}

async function listFiles(fs: FileSystem, yieldToEventLoop: () => Promise<void>): Promise<readonly ListedFile[]> {
  const names = displayPaths([fs]);
  const top = rootPath(await fs.backend.root());
  const files: ListedFile[] = [];
  for await (const { at, path, problem } of pathEntries(await fs.root(), '/', { recursive: true })) {
    await yieldToEventLoop();
    if (problem !== undefined || at.isDirectory) continue;
    const end = at.node.type === 'symlink' ? ((await followIfPossible(fs.backend, top, at)) ?? at) : at;
    // A link to a directory is not a file, and its content is listed where it is.
    if (!end.isDirectory) files.push({ path: await names.path(path), isTable: isTable(end) });
  }
  return files;
}

function isTable(at: NodePath): boolean {
  return readingOf(at.node.type, at.basename, formatKey(at) !== undefined) !== undefined;
}
