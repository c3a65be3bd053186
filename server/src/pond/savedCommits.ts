/**
 * Commits that a log has read, saved in the user's cache folder for the next process: reading one in the log takes ten
 * times as long.
 *
 * They are in blocks of the commits whose numbers have the same quotient. A block is found by the hash of its latest
 * commit, which the commit after it names as that of its parent. The hashes in a block are computed when it is read, from
 * the oldest commit on, and the last must be the one by which the block was found. So a block says exactly what the chain
 * of commits says, or is passed over.
 */
import { itemsOf, parseJsonText } from '../base/json.ts';
import { sha256Of } from '../base/sha256.ts';
import { isPondError } from '../base/error.ts';
import { lazy } from '../base/lazy.ts';
import { type CommitNumber, isCommitNumber } from '../delta/commitNumber.ts';
import { type Cache } from '../storage/cache.ts';
import { commitHash } from './commitHash.ts';
import { type Commit } from './commitRecord.ts';

/** Commits of a block, where other engines made none of them. */
const blockCommits = 256;

/** Increment when the text of a block changes. */
const formatVersion = 2;

/** Saved commits of one pond. */
export class SavedCommits {
  readonly #pondId: string;
  readonly #cache: () => Pick<Cache, 'readText' | 'writeText'>;
  /** Hashes of the latest commits of blocks that are in the cache. */
  readonly #saved = new Set<string>();

  /** `cache` opens the cache on first use. */
  constructor(pondId: string, cache: () => Pick<Cache, 'readText' | 'writeText'>) {
    this.#pondId = pondId;
    this.#cache = lazy(cache);
  }

  /**
   * Returns the block of commits that ends with the parent of a commit; [] where that is not the latest of its block, or
   * no sound block is in the cache.
   */
  before({ number, parent, parentHash }: Commit): readonly Commit[] {
    if (parent === undefined || parentHash === undefined || isSameBlock(number, parent)) return [];
    const block = parseBlock(this.#pondId, this.#cache().readText(keyOf(parentHash)) ?? '');
    if (block.at(-1)?.hash !== parentHash) return [];
    this.#saved.add(parentHash);
    return block;
  }

  /** Returns a function that takes the commits of a log, latest first, and saves each block that they pass through. */
  collector(): (commit: Commit) => void {
    let block: Commit[] | undefined;
    let child: Commit | undefined;
    return (commit) => {
      if (child !== undefined && !isSameBlock(child.number, commit.number)) {
        this.#save(block);
        block = [];
      }
      block?.push(commit);
      child = commit;
      if (commit.parent === undefined) this.#save(block);
    };
  }

  /** Saves a block, latest commit first. Best effort: what is not saved is read in the log. */
  #save(block: readonly Commit[] | undefined): void {
    const hash = block?.[0]?.hash;
    if (block === undefined || hash === undefined || this.#saved.has(hash) || !isChain(block)) return;
    this.#saved.add(hash);
    try {
      this.#cache().writeText(keyOf(hash), textOf([...block].reverse()));
    } catch (error) {
      if (!isPondError(error)) throw error;
    }
  }
}

function isSameBlock(a: CommitNumber, b: CommitNumber): boolean {
  return Math.floor(a / blockCommits) === Math.floor(b / blockCommits);
}

function keyOf(hash: string): string {
  return sha256Of(JSON.stringify(['commits', formatVersion, hash]));
}

/** True when each commit, latest first, has a hash and names the next as its parent by its hash. */
function isChain(block: readonly Commit[]): boolean {
  return block.every(({ hash, parent, parentId, parentHash }, index) => {
    const next = block[index + 1];
    const isLinked = next === undefined || (parent === next.number && parentId === next.id && parentHash === next.hash);
    return hash !== undefined && isLinked;
  });
}

/** The text is what the oldest commit says about its parent, and each commit without hashes, which follow from them. */
function textOf(block: readonly Commit[]): string {
  const { parent = null, parentId = null, parentHash = null } = block[0]!;
  return JSON.stringify([[parent, parentId, parentHash], ...block.map(rowOf)]);
}

/** A commit without what follows from the rows before: its parent, and the hash of both. */
type Row = Omit<Commit, 'hash' | keyof Parent>;

function rowOf({ hash: _hash, parent: _parent, parentId: _id, parentHash: _parentHash, ...row }: Commit): Row {
  return row;
}

type Counts = Commit['counts'];

/** Fields of a row that are texts; the others are `number`, `timeUs` and `counts`. */
const rowTexts: readonly (keyof Row)[] = ['id', 'author', 'message', 'operation', 'rootHash', 'rowsHash'];
const countNames: readonly (keyof Counts)[] = ['added', 'modified', 'removed', 'renamed', 'bytes'];

/** Returns the commits in a text, oldest first, with the hashes that follow from it; [] for a text of another form. */
function parseBlock(pondId: string, text: string): readonly Commit[] {
  const [first, ...rows] = itemsOf(parseJsonText(text));
  let parent = parseParent(first);
  const commits: Commit[] = [];
  for (const row of rows) {
    const commit = parent && isRow(row) ? commitOf(pondId, parent, row) : undefined;
    if (commit === undefined) return [];
    commits.push(commit);
    parent = { parent: commit.number, parentId: commit.id, parentHash: commit.hash };
  }
  return commits;
}

type Parent = Pick<Commit, 'parent' | 'parentId' | 'parentHash'>;

function parseParent(value: unknown): Parent | undefined {
  const [parent, parentId, parentHash] = itemsOf(value);
  if (parent === null && parentId === null && parentHash === null)
    return { parent: undefined, parentId: undefined, parentHash: undefined };
  if (!isCommitNumber(parent) || typeof parentId !== 'string') return undefined;
  if (parentHash !== null && typeof parentHash !== 'string') return undefined;
  return { parent, parentId, parentHash: parentHash ?? undefined };
}

/** True for a row with exactly the fields that it should have. */
function isRow(value: unknown): value is Row {
  if (!hasKeys<keyof Row>(value, rowTexts.length + 3)) return false;
  const { number, timeUs, counts } = value;
  const isNumbered = isCommitNumber(number) && Number.isSafeInteger(timeUs);
  return isNumbered && rowTexts.every((name) => typeof value[name] === 'string') && isCounts(counts);
}

function isCounts(value: unknown): value is Counts {
  return (
    hasKeys<keyof Counts>(value, countNames.length) && countNames.every((name) => Number.isSafeInteger(value[name]))
  );
}

/** True for an object with a number of keys. Each one expected has then to be checked. */
function hasKeys<Key extends string>(value: unknown, count: number): value is Partial<Record<Key, unknown>> {
  return typeof value === 'object' && value !== null && Object.keys(value).length === count;
}

/** Adds the parent and the hash to a row: copies of thousands of commits would take as long as their hashes. */
function commitOf(pondId: string, parent: Parent, row: Row): Commit {
  const commit = Object.assign(row, parent);
  return Object.assign(commit, { hash: commitHash(pondId, commit) });
}
