/**
 * Turns an overlay into the rows of one commit: new versions and removals, and the pages of every directory from a
 * change up to the root. It only plans and writes nothing; commit.ts carries it out.
 */
import { type CommitNumber } from '../delta/commitNumber.ts';
import { encodeEntries, type DirectoryEntry } from '../oplog/directoryEntry.ts';
import { type OpRow, type RowContent, type RowMetadata } from '../oplog/rows.ts';
import { inlineBytesMax } from './blobs.ts';
import { addressOf } from './committedTree.ts';
import {
  type CommittedNode,
  type DirectoryNode,
  entryOfNode,
  type PondNode,
  type RowRef,
  rowOf,
  type StagedNode,
  versionKey,
} from './node.ts';
import { type Overlay, type StagedEntry } from './overlay.ts';
import { applyChanges, type LoadPage, type NewPage, type Page, type PageAddress, pageNodeId } from './pages.ts';

export interface CommitPlan {
  readonly rows: readonly OpRow[];
  readonly root: CommittedNode;
  /** Pages that the commit writes, for the cache. */
  readonly pages: readonly { readonly address: PageAddress; readonly page: Page }[];
  /** Directories as the commit leaves them. */
  readonly directories: readonly CommittedNode[];
  /** Future rows of the nodes that were staged. */
  readonly rowRefs: ReadonlyMap<string, RowRef>;
  /** Bytes of content that the commit adds. */
  readonly bytes: number;
}

export interface PlanInput {
  readonly loadPage: LoadPage;
  /** The committed entry of that name. */
  readonly lookup: (directory: CommittedNode, name: string) => Promise<CommittedNode | undefined>;
  readonly overlay: Overlay;
  /** The root below the changes. */
  readonly root: DirectoryNode;
  readonly number: CommitNumber;
  readonly timeUs: number;
  /** True to give all that is staged the time of the commit, in place of the times at which it was staged. */
  readonly isDated: boolean;
  /** Small staged content, loaded when its row is written. */
  readonly load: (node: StagedNode) => RowContent;
}

interface Planning extends PlanInput {
  readonly changedChildren: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Ids of the nodes in staged entries. */
  readonly present: ReadonlySet<string>;
  readonly rows: OpRow[];
  readonly pages: { readonly address: PageAddress; readonly page: Page }[];
  readonly directories: CommittedNode[];
  readonly rowRefs: Map<string, RowRef>;
  bytes: number;
}

/** The rows of the commit that takes all changes of an overlay. An empty overlay yields the root's row alone. */
export async function planCommit(input: PlanInput): Promise<CommitPlan> {
  const planning: Planning = {
    ...input,
    changedChildren: input.overlay.changedChildren(),
    present: input.overlay.presentIds(),
    rows: [],
    pages: [],
    directories: [],
    rowRefs: new Map(),
    bytes: 0,
  };
  const root = await planDirectory(planning, input.root);
  const { rows, pages, directories, rowRefs, bytes } = planning;
  return { rows, root, pages, directories, rowRefs, bytes };
}

/**
 * Plans a changed directory (or the root, changed or not) and all changed ones below it; returns it as the commit
 * leaves it.
 */
async function planDirectory(planning: Planning, directory: DirectoryNode): Promise<CommittedNode> {
  const { overlay, number } = planning;
  const staged = overlay.entries(directory.id);
  const changes = new Map<string, DirectoryEntry | null>();
  for (const [name, entry] of staged) changes.set(name, await planEntry(planning, directory, name, entry));
  for (const [name, id] of planning.changedChildren.get(directory.id) ?? []) {
    if (staged.has(name)) continue;
    const child = directory.state === 'new' ? undefined : await planning.lookup(directory, name);
    // Removed or replaced by another node: its staged content has no target. The conflict check has reported this.
    if (child?.id !== id) continue;
    changes.set(name, entryAt(await planDirectory(planning, child), name, number));
  }
  const address = directory.state === 'new' ? undefined : addressOf(directory);
  const context = { directoryId: directory.id, txn: number };
  const pages = await applyChanges(planning.loadPage, address, changes, context);
  return finishDirectory(planning, directory, pages);
}

async function planEntry(
  planning: Planning,
  directory: DirectoryNode,
  name: string,
  { node: stagedNode, base, earlier }: StagedEntry,
): Promise<DirectoryEntry | null> {
  const { number } = planning;
  const node = stagedNode && dated(planning, stagedNode);
  if (node === null) {
    // A node that is now elsewhere was moved, not removed.
    if (base !== undefined && !planning.present.has(base.id)) planning.rows.push(removalRow(planning, directory, base));
    return null;
  }
  if (node.state === 'new') return entryAt(await planDirectory(planning, node), name, number);
  if (node.type === 'directory') {
    return entryAt(await planDirectory(planning, node), name, number);
  }
  const own = { txn: number, partId: directory.id };
  const staged = node.state === 'staged' ? [...earlier, node] : earlier;
  for (const [index, version] of staged.entries()) {
    // Versions committed together follow each other within this commit.
    planVersion(planning, directory, dated(planning, index === 0 ? version : { ...version, previous: own }));
  }
  return entryOfNode(node, name, rowOf(node) ?? own, number);
}

/** Returns a staged node with its time in the commit. */
function dated<T extends PondNode>({ isDated, timeUs }: PlanInput, node: T): T {
  return isDated && node.state !== 'committed' ? { ...node, modifiedUs: timeUs } : node;
}

/** Returns the time at which a directory got or lost names; undefined when its names did not change. */
function namesChangedUs({ overlay, isDated, timeUs }: PlanInput, directoryId: string): number | undefined {
  const stagedUs = overlay.modifiedUs(directoryId);
  return isDated && stagedUs !== undefined ? timeUs : stagedUs;
}

/** Entry for a directory that this commit writes. */
function entryAt(directory: CommittedNode, name: string, number: CommitNumber): DirectoryEntry {
  return entryOfNode(directory, name, { txn: number, partId: directory.id }, number);
}

function planVersion(planning: Planning, directory: DirectoryNode, node: StagedNode): void {
  planning.rowRefs.set(versionKey(node), { txn: planning.number, partId: directory.id });
  if (node.content.in !== 'row') planning.bytes += node.sizeBytes;
  planning.rows.push({
    ...rowFields(node, directory.id),
    timestampUs: node.modifiedUs,
    content: node.sizeBytes > inlineBytesMax ? undefined : planning.load(node),
  });
}

function finishDirectory(planning: Planning, directory: DirectoryNode, pages: readonly NewPage[]): CommittedNode {
  const { number, timeUs } = planning;
  for (const { prefix, page, sha256 } of pages) {
    planning.pages.push({ address: { directoryId: directory.id, prefix, txn: number, sha256 }, page });
  }
  const top = pages[pages.length - 1]!;
  const finished: CommittedNode = {
    ...directory,
    state: 'committed',
    version: isNextVersion(directory) ? directory.version : directory.version + 1,
    sizeBytes: top.count,
    sha256: top.sha256,
    modifiedUs: namesChangedUs(planning, directory.id) ?? directory.modifiedUs,
    row: { txn: number, partId: directory.id },
    changedTxn: number,
    placedTxn: directory.state === 'new' ? undefined : directory.placedTxn,
    previous: rowOf(directory),
  };
  for (const page of pages.slice(0, -1)) planning.rows.push(pageRow(directory.id, page, timeUs));
  planning.rows.push({
    ...rowFields(finished, directory.id, { fork: top.page.kind === 'fork' }),
    content: encodePage(top.page),
  });
  planning.directories.push(finished);
  return finished;
}

/** True when the version of a directory is that of the commit: no commit has it. */
function isNextVersion(directory: DirectoryNode): boolean {
  return directory.state === 'new' || (directory.previous !== undefined && directory.changedTxn === undefined);
}

function rowFields(
  node: PondNode,
  partId: string,
  options: { readonly fork: boolean } = { fork: false },
): Omit<OpRow, 'content'> {
  const { rows, time, batch } = node.facts ?? {};
  const metadata: RowMetadata = {
    ...(node.name === '' ? {} : { name: node.name }),
    ...(Object.keys(node.attributes).length === 0 ? {} : { attributes: node.attributes }),
    ...(node.previous === undefined ? {} : { previous: node.previous }),
    ...(node.seriesHash === '' ? {} : { seriesHash: node.seriesHash }),
    ...(options.fork ? { fork: true } : {}),
    ...(rows === undefined ? {} : { rows }),
    ...(batch === undefined ? {} : { batch }),
  };
  return {
    partId,
    nodeId: node.id,
    timestampUs: node.modifiedUs,
    version: node.version,
    fileType: node.type,
    metadata: JSON.stringify(metadata),
    sizeBytes: node.sizeBytes,
    sha256: node.sha256,
    minTimeUs: time?.minUs,
    maxTimeUs: time?.maxUs,
  };
}

function removalRow(planning: Planning, directory: DirectoryNode, base: CommittedNode): OpRow {
  const metadata: RowMetadata = {
    name: base.name,
    deleted: true,
    previous: base.row,
  };
  return {
    ...rowFields({ ...base, version: base.version + 1 }, directory.id),
    timestampUs: planning.timeUs,
    metadata: JSON.stringify(metadata),
    sizeBytes: 0,
    content: undefined,
  };
}

function pageRow(directoryId: string, page: NewPage, timeUs: number): OpRow {
  const metadata: RowMetadata = page.page.kind === 'fork' ? { fork: true } : {};
  return {
    partId: directoryId,
    nodeId: pageNodeId(directoryId, page.prefix),
    timestampUs: timeUs,
    version: 1,
    fileType: 'page',
    metadata: JSON.stringify(metadata),
    sizeBytes: page.count,
    sha256: page.sha256,
    minTimeUs: undefined,
    maxTimeUs: undefined,
    content: encodePage(page.page),
  };
}

const encodePage = (page: Page): Uint8Array => encodeEntries(page.kind === 'leaf' ? page.entries : page.pages);
