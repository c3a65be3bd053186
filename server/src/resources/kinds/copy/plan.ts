/** Changes to make in a copy of another pond's tree. Directories with the same hash are not visited. */
import { throwIfCancelled } from '../../../base/cancelled.ts';
import { inlineBytesMax } from '../../../pond/blobs.ts';
import { directoryHash } from '../../../pond/directoryHash.ts';
import { sameAttributes } from '../../../pond/node.ts';
import { contentKeyOf } from '../../../pond/series.ts';
import { type Backend, type Entry, type Node } from '../../../tinyfs/backend.ts';
import { checkName, joinPath } from '../../../tinyfs/path.ts';
import { checkOutside } from '../../../tinyfs/visit.ts';
import { type PathSelection } from './selection.ts';

/** Changes of one directory, and below: removals come first. */
export interface DirectoryPlan {
  readonly removed: readonly string[];
  readonly entries: readonly EntryPlan[];
}

/** An entry to write; `node` is the one in the other pond. */
type EntryPlan = { readonly name: string; readonly node: Node } & (
  | { readonly change: 'directory'; readonly below: DirectoryPlan }
  | { readonly change: 'link' }
  /** Contents to store one after the other, oldest first: of a series those that the copy does not have. */
  | { readonly change: 'content'; readonly versions: readonly Node[] }
  | { readonly change: 'attributes' }
);

/** A directory with its plan, and the hash and number of its selected entries. */
export interface PlannedDirectory {
  readonly plan: DirectoryPlan;
  readonly hash: string;
  readonly count: number;
}

const nothing: DirectoryPlan = { removed: [], entries: [] };

/** Position in both trees. */
interface TreePosition {
  readonly path: string;
  readonly selection: PathSelection;
  /** Ids of the directories above, in the other pond. */
  readonly inside: readonly string[];
}

/** Compares the tree of another pond with its copy. */
export class CopyPlanner {
  /** Contents over the inline limit that the plan needs. */
  readonly blobs: Node[] = [];
  readonly #source: Backend;
  readonly #target: Backend;
  readonly #signal: AbortSignal | undefined;

  constructor(source: Backend, target: Backend, signal?: AbortSignal) {
    this.#source = source;
    this.#target = target;
    this.#signal = signal;
  }

  /**
   * Plans a directory of the other pond over the entries of its copy. Fails `pond-damaged` for directories inside
   * themselves, and `invalid-path` for a name that no pond stores.
   */
  async directory(source: Node, existing: readonly Entry[], position: TreePosition): Promise<PlannedDirectory> {
    const { path, selection, inside } = position;
    throwIfCancelled(this.#signal, 'the run');
    checkOutside(inside, source, path);
    const before = new Map(existing.map(({ name, node }) => [name, node]));
    const [entries, selected]: [EntryPlan[], Entry[]] = [[], []];
    for (const { name, node } of await this.#source.list(source)) {
      const part = selection === 'all' ? 'all' : selection.get(checkName(name));
      if (part === undefined) continue;
      const below = { path: joinPath(path, name), selection: part, inside: [...inside, source.id] };
      const planned = await this.#entry({ name, node }, before.get(name), below);
      if (planned === undefined) continue;
      selected.push(planned.entry);
      if (planned.plan !== undefined) entries.push(planned.plan);
      if (!planned.isReplaced) before.delete(name);
    }
    const hash = selection === 'all' ? source.sha256 : await directoryHash(selected);
    return { plan: { removed: [...before.keys()], entries }, hash, count: selected.length };
  }

  /** Plans an entry; undefined for a directory without anything selected. Its node has the hash of what is selected. */
  async #entry(
    { name, node }: Entry,
    existing: Node | undefined,
    position: TreePosition,
  ): Promise<PlannedEntry | undefined> {
    checkName(name);
    const same = existing?.type === node.type ? existing : undefined;
    if (node.type === 'directory') return await this.#subdirectory({ name, node }, existing, position);
    const entry = { name, node };
    if (same !== undefined && contentKeyOf(same) === contentKeyOf(node)) {
      const isSame = sameAttributes(same.attributes, node.attributes);
      return { entry, isReplaced: false, plan: isSame ? undefined : { name, node, change: 'attributes' } };
    }
    if (node.type === 'symlink') {
      return { entry, isReplaced: existing !== same, plan: { name, node, change: 'link' } };
    }
    const { versions, isContinued } = await this.#versions(node, same);
    this.blobs.push(...versions.filter(({ sizeBytes }) => sizeBytes > inlineBytesMax));
    const isReplaced = existing !== undefined && !isContinued;
    return { entry, isReplaced, plan: { name, node, change: 'content', versions } };
  }

  async #subdirectory(
    { name, node }: Entry,
    existing: Node | undefined,
    position: TreePosition,
  ): Promise<PlannedEntry | undefined> {
    const same = existing?.type === 'directory' ? existing : undefined;
    const isWhole = position.selection === 'all';
    const isEqual = isWhole && same?.sha256 === node.sha256;
    const below = isEqual
      ? { plan: nothing, hash: node.sha256, count: node.sizeBytes }
      : await this.directory(node, same === undefined ? [] : await this.#target.list(same), position);
    if (!isWhole && below.count === 0) return undefined;
    const { plan, hash } = below;
    const isSame = same !== undefined && sameAttributes(same.attributes, node.attributes);
    const isUnchanged = isSame && plan.removed.length + plan.entries.length === 0;
    return {
      entry: { name, node: { ...node, sha256: hash } },
      isReplaced: existing !== same,
      plan: isUnchanged ? undefined : { name, node, change: 'directory', below: plan },
    };
  }

  /** Returns the versions to store after those that the copy has, oldest first; all when it has others. */
  async #versions(
    node: Node,
    existing: Node | undefined,
  ): Promise<{ readonly versions: readonly Node[]; readonly isContinued: boolean }> {
    if (node.type !== 'series') return { versions: [node], isContinued: existing !== undefined };
    const versions: Node[] = [];
    for await (const version of this.#source.versions(node)) {
      if (existing !== undefined && contentKeyOf(version) === contentKeyOf(existing)) {
        return { versions: versions.reverse(), isContinued: true };
      }
      versions.push(version);
    }
    return { versions: versions.reverse(), isContinued: false };
  }
}

interface PlannedEntry {
  readonly entry: Entry;
  /** Undefined when the copy has it as it is. */
  readonly plan: EntryPlan | undefined;
  /** True when what is under the name in the copy is removed first. */
  readonly isReplaced: boolean;
}
