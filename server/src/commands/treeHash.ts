/**
 * Hashes of the content of resources. They are equal when another pond holds the same, whatever the names of its
 * directories and the numbers of its versions; a resource's derived files, document, records and progress do not count.
 */
import { createHash } from 'node:crypto';
import { type TreeHashInfo } from '../protocol/commands.ts';
import { roleOf } from '../resources/tree/nodeRole.ts';
import { readResources } from '../resources/readResource.ts';
import { isBookkeeping } from '../resources/model/resourcePath.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type FileType, type Node } from '../tinyfs/backend.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { type NodePath } from '../tinyfs/nodePath.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';

/** One byte for each type of file. */
const typeCodes: Readonly<Record<Exclude<FileType, 'directory'>, number>> = {
  table: 2,
  series: 3,
  file: 4,
  symlink: 6,
};

/** The hash of each resource of a tree, by kind and name. */
export async function treeHashes(pond: ResourcePond, fs: FileSystem): Promise<readonly TreeHashInfo[]> {
  const root = await fs.root();
  const hashes: TreeHashInfo[] = [];
  for (const { kind, name, home } of await readResources(fs)) {
    const entries = (await root.list(home)).filter(({ basename }) => !isBookkeeping(basename));
    const hash = await digest(root, entries, (node) => pond.contentKey(node));
    hashes.push({ resource: `${kind.kind}/${name}`, directory: home, hash: hash.toString('hex') });
  }
  return hashes;
}

/** Files first, then directories, both in byte order of their names; the names of directories do not count. */
async function digest(
  root: WorkingDirectory,
  entries: readonly NodePath[],
  keyOf: (node: Node) => string,
): Promise<Buffer> {
  const hash = createHash('sha256');
  const stored = entries.filter(({ node }) => roleOf(node)?.in !== 'derived');
  for (const { basename, node } of stored) {
    if (node.type === 'directory') continue;
    const size = Buffer.alloc(8);
    size.writeBigUInt64BE(BigInt(node.sizeBytes));
    hash
      .update(basename)
      .update(size)
      .update(Buffer.of(typeCodes[node.type]))
      .update(Buffer.from(keyOf(node), 'hex'));
  }
  for (const { path, isDirectory } of stored) {
    if (isDirectory) hash.update(await digest(root, await root.list(path), keyOf));
  }
  return hash.digest();
}
