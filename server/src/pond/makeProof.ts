import { isPondError, PondError } from '../base/error.ts';
import { checkProof } from './checkProof.ts';
import { normalizePath } from '../tinyfs/path.ts';
import { addressOf } from './committedTree.ts';
import { commitsFrom } from './commitsFrom.ts';
import { valueHash } from './hash.ts';
import { type CommittedNode, nodeOfEntry } from './node.ts';
import { Overlay } from './overlay.ts';
import { type Page, pagesTo } from './pages.ts';
import { type Proof, type ProofChain, type ProofCommit, type ProofPage, proofText } from './proof.ts';
import { valueVersions } from './seriesVersions.ts';
import { rootAt, type Store } from './store.ts';
import { type Commit } from './commitRecord.ts';

/** Range of commits of a proof: that of the tree, and the last of the chain. */
interface ProvenCommits {
  readonly at: Commit;
  readonly to: Commit;
}

/**
 * Returns the text of the proof that the node at a real path is in the tree of commit `at`. Fails `not-found`,
 * `version-not-found` for a `to` before `at`, and `pond-damaged` when the pond's own hashes do not prove it.
 */
export async function makeProof(store: Store, path: string, commits: ProvenCommits): Promise<string> {
  if (commits.to.number < commits.at.number) {
    const message = `commit ${commits.to.number} is before commit ${commits.at.number}, which has the path`;
    throw new PondError('version-not-found', message, { hint: 'Name a later commit, or none for the latest.' });
  }
  const { names } = normalizePath(path);
  let node = await rootAt(store, commits.at.number);
  const directories: ProofPage[][] = [];
  for (const name of names) {
    const pages: readonly Page[] =
      node.type === 'directory' ? await pagesTo(store.pages.load, addressOf(node), name) : [];
    const last = pages.at(-1);
    const entry = last?.kind === 'leaf' ? last.entries.find((one) => one.name === name) : undefined;
    if (entry === undefined) throw notStored(path, commits.at);
    directories.push(pages.map(proofPage));
    node = nodeOfEntry(entry);
  }
  const { rootHash } = commits.at;
  const hash = valueHash(node);
  const versions = node.type === 'series' ? await versionHashes(store, node) : undefined;
  const proof = { path, type: node.type, hash, versions, directories, rootHash, chain: await chainOf(store, commits) };
  return proofText(verified(proof));
}

function proofPage(page: Page): ProofPage {
  if (page.kind === 'fork') return { kind: 'fork', pages: page.pages.map(({ name, sha256 }) => ({ name, sha256 })) };
  const entries = page.entries.map((entry) => {
    const { name, type, attributes } = nodeOfEntry(entry);
    return { name, type, hash: valueHash(entry), attributes };
  });
  return { kind: 'leaf', entries };
}

async function versionHashes(store: Store, node: CommittedNode): Promise<readonly string[]> {
  return (await valueVersions(store, new Overlay(), node)).map(({ sha256 }) => sha256);
}

/** The commits from `at` to `to`; undefined when one of them is from before ponds had a chain of hashes. */
async function chainOf({ opLog }: Store, { at, to }: ProvenCommits): Promise<ProofChain | undefined> {
  const commits: ProofCommit[] = [];
  for await (const commit of commitsFrom(opLog, to.number)) {
    const { parent: _, parentId: _id, parentHash: _hash, hash: _own, rowsHash, ...fields } = commit;
    if (rowsHash === undefined) return undefined;
    commits.unshift({ ...fields, rowsHash });
    if (commit.number === at.number) break;
  }
  const { parent, parentId, parentHash } = at;
  if (to.hash === undefined || (parent !== undefined && parentId === undefined)) return undefined;
  return {
    pond: opLog.id,
    parent: parent === undefined ? undefined : { number: parent, id: parentId!, hash: parentHash },
    commits,
    hash: to.hash,
  };
}

/** Content of the pond is checked as any verifier will: a damaged pond gives no proof. */
function verified(proof: Proof): Proof {
  try {
    return checkProof(proof).proof;
  } catch (cause) {
    if (!isPondError(cause, 'proof-invalid')) throw cause;
    throw new PondError('pond-damaged', `the pond's hashes do not prove ${proof.path}: ${cause.message}`, {
      path: proof.path,
      hint: "'pond check' lists what is damaged.",
      cause,
    });
  }
}

function notStored(path: string, { number }: Commit): PondError {
  return new PondError('not-found', `nothing is stored at ${path} in commit ${number}`, {
    path,
    hint: 'Derived files are computed, and are not part of the history: prove the files that they are computed from.',
  });
}
