/**
 * Differences between two trees. Equal rows end a comparison, for directories and for the pages of wide ones, so the
 * cost is proportional to the differences.
 */
import { type CommitNumber } from '../delta/commitNumber.ts';
import { type DirectoryEntry } from '../oplog/directoryEntry.ts';
import { locatingDirectory } from '../tinyfs/entries.ts';
import { checkOutside } from '../tinyfs/visit.ts';
import { addressOf, lookupCommitted } from './committedTree.ts';
import { nodeOfEntry, type PondNode, sameAttributes } from './node.ts';
import { Overlay } from './overlay.ts';
import { childAddress, compareNames, listEntries, type LoadPage, type PageAddress } from './pages.ts';
import { isUnder } from '../tinyfs/path.ts';
import { type PathStates } from './stagedChanges.ts';
import { rootAt, type Store } from './store.ts';

/** One side of a comparison: a tree with the changes staged on it, if any. */
interface Sides {
  readonly store: Store;
  /** Staged changes of the second side. */
  readonly overlay: Overlay;
  /** False for paths outside the request: neither they nor their descendants are visited. */
  readonly isOnWay: (path: string) => boolean;
}

/** Differences from one commit to another, in path order, including everything below added and removed directories. */
export async function diffCommits(store: Store, from: CommitNumber, to: CommitNumber): Promise<readonly PathStates[]> {
  if (from === to) return [];
  return await diffRoots({ store, overlay: new Overlay(), isOnWay: () => true }, from, to);
}

/**
 * Differences from a commit to the working tree on commit `head`; with `paths`, at or below them, at the cost of those.
 */
export async function diffToWorking(
  store: Store,
  overlay: Overlay,
  from: CommitNumber,
  head: CommitNumber,
  paths: readonly string[] = ['/'],
): Promise<readonly PathStates[]> {
  const states = await diffRoots({ store, overlay, isOnWay: (path) => isOnWay(path, paths) }, from, head);
  return states.filter(({ path }) => isUnder(path, paths));
}

/** True for a path at, below or above one of the paths. */
function isOnWay(path: string, paths: readonly string[]): boolean {
  return isUnder(path, paths) || paths.some((wanted) => isUnder(wanted, [path]));
}

async function diffRoots(sides: Sides, from: CommitNumber, to: CommitNumber): Promise<readonly PathStates[]> {
  const children = sides.overlay.changedChildren();
  const states: PathStates[] = [];
  const [before, after] = [await rootAt(sides.store, from), await rootAt(sides.store, to)];
  for await (const state of diffDirectories({ ...sides, children }, '', before, after, outside)) states.push(state);
  return states;
}

const outside = { before: [], after: [] };

interface Comparing extends Sides {
  readonly children: ReturnType<Overlay['changedChildren']>;
}

async function* diffDirectories(
  comparing: Comparing,
  path: string,
  before: PondNode | undefined,
  after: PondNode | undefined,
  inside: { readonly before: readonly string[]; readonly after: readonly string[] },
): AsyncIterable<PathStates> {
  // A directory moved into another is on both sides, but inside itself on neither.
  const below = { before: within(inside.before, before, path), after: within(inside.after, after, path) };
  const entries = await locatingDirectory(path || '/', () => differentEntries(comparing, before, after));
  for (const { name, before: old, after: now } of entries) {
    const at = `${path}/${name}`;
    if (!comparing.isOnWay(at)) continue;
    const bothDirectories = old?.type === 'directory' && now?.type === 'directory';
    if (!bothDirectories || !sameAttributes(old.attributes, now.attributes))
      yield { path: at, before: old, after: now };
    yield* diffDirectories(comparing, at, ifDirectory(old), ifDirectory(now), below);
  }
}

/** Ids of a directory's ancestors and its own. Fails `pond-damaged` when its own is among the ancestors. */
function within(inside: readonly string[], directory: PondNode | undefined, path: string): readonly string[] {
  if (directory === undefined) return inside;
  checkOutside(inside, directory, path);
  return [...inside, directory.id];
}

const ifDirectory = (node: PondNode | undefined): PondNode | undefined =>
  node?.type === 'directory' ? node : undefined;

interface EntryPair {
  readonly name: string;
  readonly before: PondNode | undefined;
  readonly after: PondNode | undefined;
}

async function differentEntries(
  { store, overlay, children }: Comparing,
  before: PondNode | undefined,
  after: PondNode | undefined,
): Promise<readonly EntryPair[]> {
  const [old, now] = [committedAddress(before), committedAddress(after)];
  const entries = await differentPages(store.pages.load, old, now);
  const pairs = new Map<string, EntryPair>();
  for (const entry of entries.before)
    pairs.set(entry.name, { name: entry.name, before: nodeOfEntry(entry), after: undefined });
  for (const entry of entries.after) {
    pairs.set(entry.name, { name: entry.name, before: pairs.get(entry.name)?.before, after: nodeOfEntry(entry) });
  }
  const different = new Map([...pairs].filter(([, pair]) => !isSame(pair)));
  const staged = after === undefined ? undefined : overlay.entries(after.id);
  const below = after === undefined ? undefined : children.get(after.id);
  for (const name of new Set([...(staged?.keys() ?? []), ...(below?.keys() ?? [])])) {
    const committed = (side: PondNode | undefined): Promise<PondNode | undefined> | undefined =>
      side?.state === 'committed' ? lookupCommitted(store, side, name) : undefined;
    const node = staged?.get(name)?.node;
    const pair = {
      name,
      before: await committed(before),
      after: node === undefined ? await committed(after) : (node ?? undefined),
    };
    // A directory with staged changes below it looks unchanged until it is committed.
    if (!isSame(pair) || below?.has(name) === true) different.set(name, pair);
    else different.delete(name);
  }
  return [...different.values()].sort(compareNames);
}

function committedAddress(directory: PondNode | undefined): PageAddress | undefined {
  return directory?.state === 'committed' ? addressOf(directory) : undefined;
}

/** True for the same type and content, whatever made them: reading shows no difference. */
function isSame({ before, after }: EntryPair): boolean {
  if (before === undefined || after === undefined) return before === after;
  const sameContent = before.sha256 === after.sha256 && before.seriesHash === after.seriesHash;
  return before.type === after.type && sameContent && sameAttributes(before.attributes, after.attributes);
}

/** Entries of the pages that differ; they include all entries that differ. */
async function differentPages(
  load: LoadPage,
  before: PageAddress | undefined,
  after: PageAddress | undefined,
): Promise<{ before: readonly DirectoryEntry[]; after: readonly DirectoryEntry[] }> {
  if (before?.txn === after?.txn && before?.prefix === after?.prefix && before?.directoryId === after?.directoryId) {
    return { before: [], after: [] };
  }
  const [old, now] = [before && (await load(before)), after && (await load(after))];
  if (old?.kind === 'fork' && now?.kind === 'fork') {
    const digits = new Set([...old.pages, ...now.pages].map((page) => page.name));
    const parts = [];
    for (const digit of digits) {
      const [a, b] = [old, now].map((fork) => fork.pages.find((page) => page.name === digit));
      parts.push(await differentPages(load, a && childAddress(before!, a), b && childAddress(after!, b)));
    }
    return { before: parts.flatMap((part) => part.before), after: parts.flatMap((part) => part.after) };
  }
  return {
    before: before === undefined ? [] : await listEntries(load, before),
    after: after === undefined ? [] : await listEntries(load, after),
  };
}
