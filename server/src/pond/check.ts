import { createHash } from 'node:crypto';
import { inlineBytesMax } from './blobs.ts';
import { addressOf } from './committedTree.ts';
import { type AbsentBlobs, Findings, type OnTreeProgress } from './findings.ts';
import { chainHash } from './hash.ts';
import { checkOutside } from '../tinyfs/visit.ts';
import { type CommittedNode, nodeOfEntry } from './node.ts';
import { childAddress, type PageAddress } from './pages.ts';
import { committedVersions, readCommitted, rootAt, type Store } from './store.ts';
import { type Commit } from './commitRecord.ts';

/** Options of a check of a tree. */
interface TreeCheckOptions {
  readonly onProgress?: OnTreeProgress;
  /** True to take the hash in the name of a blob for that of its content, which was verified or is elsewhere. */
  readonly withoutBlobs?: boolean;
}

/**
 * Recomputes all hashes of a commit's tree from its data, but for blobs that are absent. Returns mismatches as sentences;
 * [] for a sound tree.
 */
export async function checkTree(store: Store, commit: Commit, options: TreeCheckOptions): Promise<readonly string[]> {
  const findings = new Findings();
  await new TreeCheck(store, findings, options).commit(commit);
  return findings.problems;
}

/** One check of a tree. */
class TreeCheck {
  readonly #findings: Findings;
  readonly #store: Store;
  readonly #onProgress: OnTreeProgress;
  readonly #withoutBlobs: boolean;
  readonly #absentHashes = new Set<string>();
  #absent: AbsentBlobs = { blobs: 0, bytes: 0 };
  #checked = 0;

  constructor(store: Store, findings: Findings, options: TreeCheckOptions) {
    const { onProgress = () => undefined, withoutBlobs = false } = options;
    this.#findings = findings;
    this.#store = store;
    this.#onProgress = onProgress;
    this.#withoutBlobs = withoutBlobs;
  }

  async commit({ number }: Commit): Promise<void> {
    await this.#findings.attempt('/', async () => this.#directory('/', await rootAt(this.#store, number), []));
    this.#onProgress(this.#checked, this.#absent);
  }

  async #directory(path: string, node: CommittedNode, inside: readonly string[]): Promise<void> {
    await this.#findings.attempt(path, async () => {
      checkOutside(inside, node, path);
      await this.#page(path, addressOf(node), [...inside, node.id]);
    });
  }

  /** Checks everything below a page; to load the page is to compare it with its hash. */
  async #page(path: string, address: PageAddress, inside: readonly string[]): Promise<void> {
    const page = await this.#store.pages.load(address);
    if (page.kind === 'leaf') {
      for (const entry of page.entries) {
        await this.#node(path === '/' ? `/${entry.name}` : `${path}/${entry.name}`, nodeOfEntry(entry), inside);
      }
      return;
    }
    for (const child of page.pages) {
      const what = `${path} (page ${address.prefix}${child.name})`;
      await this.#findings.attempt(what, () => this.#page(path, childAddress(address, child), inside));
    }
  }

  async #node(path: string, node: CommittedNode, inside: readonly string[]): Promise<void> {
    this.#onProgress(++this.#checked, this.#absent);
    if (node.type === 'directory') await this.#directory(path, node, inside);
    else if (node.type === 'series') await this.#series(path, node);
    else await this.#content(path, node);
  }

  async #content(path: string, node: CommittedNode): Promise<void> {
    if (this.#withoutBlobs && node.sizeBytes > inlineBytesMax) return;
    if (node.sizeBytes > inlineBytesMax && this.#store.blobs.isAbsent(node.sha256)) return this.#countAbsent(node);
    await this.#findings.attempt(path, async () =>
      this.#findings.expect(path, await contentHash(this.#store, node), node.sha256),
    );
  }

  #countAbsent({ sha256, sizeBytes }: CommittedNode): void {
    if (this.#absentHashes.has(sha256)) return;
    this.#absentHashes.add(sha256);
    this.#absent = { blobs: this.#absentHashes.size, bytes: this.#absent.bytes + sizeBytes };
  }

  async #series(path: string, node: CommittedNode): Promise<void> {
    await this.#findings.attempt(path, async () => {
      const hashes: string[] = [];
      for await (const version of committedVersions(this.#store, node)) {
        await this.#content(`${path} version ${version.version}`, version);
        hashes.unshift(version.sha256);
      }
      this.#findings.expect(`${path}, all versions`, hashes.reduce(chainHash, ''), node.seriesHash);
    });
  }
}

async function contentHash(store: Store, node: CommittedNode): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readCommitted(store, node)) hash.update(chunk);
  return hash.digest('hex');
}
