/**
 * A proof that a node was at a path of a commit: the pages of the directories on the path, up to the root hash, and the
 * commits from this one to a later one. A verifier who knows the root hash, or the hash of one of the commits, can verify it
 * without the pond (checkProof.ts). Its text is one line of JSON; each byte of it counts.
 */
import { PondError } from '../base/error.ts';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { type FileType } from '../tinyfs/backend.ts';
import { type Commit } from './commitRecord.ts';

/** Version of the format of proofs. */
export const formatVersion = 1;

/** An entry of a page, as far as the page's hash covers it. */
export interface ProofEntry {
  readonly name: string;
  readonly type: FileType;
  /** Hash of the content; of a directory everything below, of a series all versions. */
  readonly hash: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A page of a directory: its entries, or the pages below it by hex digit. */
export type ProofPage =
  | { readonly kind: 'leaf'; readonly entries: readonly ProofEntry[] }
  | { readonly kind: 'fork'; readonly pages: readonly { readonly name: string; readonly sha256: string }[] };

/** A commit of the chain. Its parent is the commit before it in the proof. */
export type ProofCommit = Omit<Commit, 'parent' | 'parentId' | 'parentHash' | 'hash'> & { readonly rowsHash: string };

interface ProofParent {
  readonly number: CommitNumber;
  readonly id: string;
  readonly hash: string | undefined;
}

/** Commits from that of the tree to a later one. */
export interface ProofChain {
  /** UUID of the pond. */
  readonly pond: string;
  /** Parent of the first of the commits; undefined if that is commit 0. Its hash is undefined at the start of a chain. */
  readonly parent: ProofParent | undefined;
  /** At least one. */
  readonly commits: readonly ProofCommit[];
  /** Hash of the last commit. */
  readonly hash: string;
}

export interface Proof {
  /** Absolute, without links. */
  readonly path: string;
  readonly type: FileType;
  /** As in the entry; for '/' the root hash. */
  readonly hash: string;
  /** SHA-256 of each version of a series, oldest first; otherwise undefined. */
  readonly versions: readonly string[] | undefined;
  /** For each directory from the root to the parent, the pages from its own to the one with the next name. */
  readonly directories: readonly (readonly ProofPage[])[];
  readonly rootHash: string;
  /** Undefined when the commit is from before ponds had a chain of hashes. */
  readonly chain: ProofChain | undefined;
}

/** Returns the proof as one line of JSON, without a newline. */
export function proofText({ path, type, hash, versions, directories, rootHash, chain }: Proof): string {
  return JSON.stringify({
    duckpondProof: formatVersion,
    path,
    type,
    hash,
    versions: versions ?? null,
    directories: directories.map((pages) => pages.map(pageJson)),
    rootHash,
    chain: chain === undefined ? null : chainJson(chain),
  });
}

function pageJson(page: ProofPage): unknown {
  if (page.kind === 'fork') return { fork: page.pages.map(({ name, sha256 }) => [name, sha256]) };
  return { leaf: page.entries.map(({ name, type, hash, attributes }) => [name, type, hash, attributes]) };
}

function chainJson({ pond, parent, commits, hash }: ProofChain): unknown {
  return {
    pond,
    parent: parent === undefined ? null : { ...parent, hash: parent.hash ?? null },
    commits: commits.map(({ counts, ...commit }) => ({ ...commit, ...counts })),
    hash,
  };
}

/** Returns the error for a proof that does not prove what it states. */
export function invalid(message: string): PondError {
  return new PondError('proof-invalid', message);
}
