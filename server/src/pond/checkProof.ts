/** Verification of proofs: pure functions, without a pond. */
import { joinPath, normalizePath } from '../tinyfs/path.ts';
import { commitHash } from './commitHash.ts';
import { chainHash, forkHash, leafHash } from './hash.ts';
import { pageOf } from './pages.ts';
import { invalid, type Proof, type ProofChain, type ProofEntry, type ProofPage } from './proof.ts';
import { type Commit } from './commitRecord.ts';

/** Facts that the verifier knows from elsewhere; a proof is worth as much as these. */
export interface KnownHashes {
  /** Root hash of the tree, or hash of a commit of the chain. */
  readonly root?: string;
  /** SHA-256 of the content: of a file, of the text of a link, or of a version of a series. */
  readonly content?: string;
}

/** Statement of a proof. */
export interface Proven {
  readonly proof: Proof;
  /** Commits of the chain with their hashes; none when the commit is from before ponds had a chain. */
  readonly commits: readonly Commit[];
  /** Number, from 1, of the version of a series that has the known content; undefined otherwise. */
  readonly version: number | undefined;
}

/**
 * Verifies a proof: that its parts lead from the node to the root hash, and from the commit to the last one, and that the
 * known hashes are among them. Fails `proof-invalid` with the part that does not fit.
 */
export function checkProof(proof: Proof, known: KnownHashes = {}): Proven {
  checkPath(proof);
  checkVersions(proof);
  const commits = proof.chain === undefined ? [] : checkChain(proof.chain);
  const [first] = commits;
  if (first !== undefined && first.rootHash !== proof.rootHash) {
    throw invalid(`the tree has the root hash ${proof.rootHash}; commit ${first.number} has ${first.rootHash}`);
  }
  if (known.root !== undefined && ![proof.rootHash, ...commits.map(({ hash }) => hash)].includes(known.root)) {
    throw invalid(`the proof leads to no commit or tree with the hash ${known.root}`);
  }
  return { proof, commits, version: known.content === undefined ? undefined : versionOf(proof, known.content) };
}

/** Checks that the pages lead from the root hash to the entry at the path. */
function checkPath({ path, type, hash, directories, rootHash }: Proof): void {
  const { names } = normalizePath(path);
  if (path !== joinPath('/', ...names)) throw invalid(`the path ${path} is not absolute and without '.' and '..'`);
  if (directories.length !== names.length) {
    throw invalid(`the path ${path} goes through ${names.length} directories; the proof has ${directories.length}`);
  }
  let at: Pick<ProofEntry, 'type' | 'hash'> = { type: 'directory', hash: rootHash };
  for (const [depth, name] of names.entries()) {
    const directory = joinPath('/', ...names.slice(0, depth));
    if (at.type !== 'directory') throw invalid(`${directory} is a ${at.type}, not a directory`);
    at = entryIn(directories[depth]!, name, { directory, hash: at.hash });
  }
  if (at.type !== type) throw invalid(`${path} is a ${at.type}; the proof states a ${type}`);
  requireHash(path, at.hash, hash);
}

/** The entry of that name in a directory with that hash, found through its pages. */
function entryIn(
  pages: readonly ProofPage[],
  name: string,
  { directory, hash }: { readonly directory: string; readonly hash: string },
): ProofEntry {
  let expected = hash;
  for (const [depth, page] of pages.entries()) {
    requireHash(`page ${depth} of ${directory}`, pageHash(page), expected);
    if (page.kind === 'leaf') {
      const entry = page.entries.find((one) => one.name === name);
      if (entry === undefined) throw invalid(`${directory} has no entry ${JSON.stringify(name)}`);
      if (depth < pages.length - 1) throw invalid(`${directory} has pages that lead nowhere`);
      return entry;
    }
    const child = pageOf(page.pages, name, depth);
    if (child === undefined) throw invalid(`${directory} has no entry ${JSON.stringify(name)}`);
    expected = child.sha256;
  }
  throw invalid(`${directory} lacks the page of ${JSON.stringify(name)}`);
}

function pageHash(page: ProofPage): string {
  if (page.kind === 'fork') return forkHash(page.pages);
  return leafHash(page.entries.map(({ hash, ...entry }) => ({ ...entry, sha256: hash, seriesHash: '' })));
}

function checkVersions({ path, type, hash, versions }: Proof): void {
  if ((type === 'series') !== (versions !== undefined)) {
    throw invalid(`${path} is a ${type}, and the proof has ${versions === undefined ? 'no' : 'a list of'} versions`);
  }
  if (versions !== undefined) requireHash(`all versions of ${path}`, versions.reduce(chainHash, ''), hash);
}

/** Returns the commits with their hashes, each made on the one before it. */
function checkChain({ pond, parent, commits, hash }: ProofChain): readonly Commit[] {
  const chained: Commit[] = [];
  let before = parent;
  for (const commit of commits) {
    const linked = { ...commit, parent: before?.number, parentId: before?.id, parentHash: before?.hash };
    const next = { ...linked, hash: commitHash(pond, linked) };
    chained.push(next);
    before = next;
  }
  if (before === undefined || chained.length === 0) throw invalid('proof.chain.commits is empty');
  requireHash(`commit ${before.number}`, before.hash ?? '', hash);
  return chained;
}

/** Number of the version with that content, from 1; undefined for a node that is not a series. */
function versionOf({ path, type, hash, versions }: Proof, content: string): number | undefined {
  if (type === 'directory') throw invalid(`${path} is a directory, which has no content of its own`);
  if (versions === undefined) {
    requireHash(`the content of ${path}`, content, hash);
    return undefined;
  }
  const index = versions.indexOf(content);
  if (index < 0) throw invalid(`none of the ${versions.length} versions of ${path} has the hash ${content}`);
  return index + 1;
}

function requireHash(what: string, got: string, expected: string): void {
  if (got !== expected) throw invalid(`the hash of ${what} is ${got}; expected ${expected}`);
}
