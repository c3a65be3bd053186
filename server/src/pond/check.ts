import { createHash } from 'node:crypto';
import { isPondError } from '../base/error.ts';
import { addressOf } from './committedTree.ts';
import { chainHash, forkHash, leafHash } from './hash.ts';
import { checkOutside } from '../tinyfs/visit.ts';
import { type CommittedNode, nodeOfEntry } from './node.ts';
import { childAddress, type PageAddress } from './pages.ts';
import { committedVersions, readCommitted, rootAt, type Store } from './store.ts';
import { type Commit } from './types.ts';

/** Recomputes all hashes of a commit's tree from its data. Returns mismatches as sentences; [] for a sound tree. */
export async function checkTree(
  store: Store,
  commit: Commit,
  onProgress: (checked: number) => void,
): Promise<readonly string[]> {
  const problems: string[] = [];
  let checked = 0;
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      // A canceled check must not report damage.
      if (!isPondError(error) || error.code === 'cancelled') throw error;
      problems.push(`${what}: ${error.message}`);
    }
  };
  const expect = (what: string, got: string, expected: string): void => {
    if (got !== expected) problems.push(`${what}: its hash is ${got}, and should be ${expected}`);
  };

  async function directory(path: string, node: CommittedNode, inside: readonly string[]): Promise<void> {
    await attempt(path, async () => {
      checkOutside(inside, node, path);
      expect(path, await page(path, addressOf(node), [...inside, node.id]), node.sha256);
    });
  }

  async function page(path: string, address: PageAddress, inside: readonly string[]): Promise<string> {
    const loaded = await store.pages.load(address);
    if (loaded.kind === 'fork') {
      for (const child of loaded.pages) {
        const what = `${path} (page ${address.prefix}${child.name})`;
        await attempt(what, async () =>
          expect(what, await page(path, childAddress(address, child), inside), child.sha256),
        );
      }
      return forkHash(loaded.pages);
    }
    for (const entry of loaded.entries)
      await anyNode(path === '/' ? `/${entry.name}` : `${path}/${entry.name}`, nodeOfEntry(entry), inside);
    return leafHash(loaded.entries);
  }

  async function anyNode(path: string, node: CommittedNode, inside: readonly string[]): Promise<void> {
    onProgress(++checked);
    if (node.type === 'directory') await directory(path, node, inside);
    else if (node.type === 'series') await series(path, node);
    else await attempt(path, async () => expect(path, await contentHash(store, node), node.sha256));
  }

  async function series(path: string, node: CommittedNode): Promise<void> {
    await attempt(path, async () => {
      const hashes: string[] = [];
      for await (const version of committedVersions(store, node)) {
        const what = `${path} version ${version.version}`;
        await attempt(what, async () => expect(what, await contentHash(store, version), version.sha256));
        hashes.unshift(version.sha256);
      }
      expect(`${path}, all versions`, hashes.reduce(chainHash, ''), node.seriesHash);
    });
  }

  await attempt('/', async () => {
    const root = await rootAt(store, commit.number);
    expect('the root that the commit names', root.sha256, commit.rootHash);
    await directory('/', root, []);
  });
  return problems;
}

async function contentHash(store: Store, node: CommittedNode): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readCommitted(store, node)) hash.update(chunk);
  return hash.digest('hex');
}
