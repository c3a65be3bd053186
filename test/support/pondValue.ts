/** The value of a tree as plain data: what its hash covers, and nothing else. */
import { type FileSystem } from '../../server/src/tinyfs/fs.ts';
import { type WorkingDirectory } from '../../server/src/tinyfs/workingDirectory.ts';
import { type ContentType } from '../../server/src/tinyfs/change.ts';
import { bytesOf, collect, textRead } from './tree.ts';

type Attributes = Readonly<Record<string, string>>;

/** Value of a node; texts are those of all versions of a series, oldest first. */
type NodeValue =
  | { readonly type: 'directory'; readonly attributes: Attributes }
  | { readonly type: 'symlink'; readonly attributes: Attributes; readonly target: string }
  | { readonly type: ContentType; readonly attributes: Attributes; readonly texts: readonly string[] };

/** Values by absolute path, each directory before its entries; without the root. */
export type TreeValue = ReadonlyMap<string, NodeValue>;

/** Reads the value of a tree. */
export async function treeValue(fs: FileSystem): Promise<TreeValue> {
  const value = new Map<string, NodeValue>();
  for await (const { path, node } of (await fs.root()).walk()) {
    const { type } = node;
    const attributes = Object.fromEntries(Object.entries(node.attributes).sort());
    if (type === 'directory') value.set(path, { type, attributes });
    else if (type === 'symlink') value.set(path, { type, attributes, target: await fs.backend.readlink(node) });
    else {
      const versions = type === 'series' ? (await collect(fs.backend.versions(node))).reverse() : [node];
      const texts: string[] = [];
      for (const version of versions) texts.push(await textRead(fs.backend.read(version)));
      value.set(path, { type, attributes, texts });
    }
  }
  return value;
}

/** Creates a node with its value; its directory exists, and nothing is at the path. */
export async function makeNode(root: WorkingDirectory, path: string, value: NodeValue): Promise<void> {
  if (value.type === 'directory') await root.createDirectory(path);
  else if (value.type === 'symlink') await root.createSymlink(path, value.target);
  else {
    const [first = '', ...later] = value.texts;
    await root.createFile(path, bytesOf(first), { type: value.type });
    for (const text of later) await root.writeFile(path, bytesOf(text));
  }
  if (Object.keys(value.attributes).length > 0) await root.setAttributes(path, value.attributes);
}
