import { createHash } from 'node:crypto';
import { type Pond } from '../../server/src/pond/types.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { collect } from './tree.ts';
import { type FileSystem } from '../../server/src/tinyfs/fs.ts';
import { type Node } from '../../server/src/tinyfs/backend.ts';

/** The observable state of a pond, as plain values. */
export interface PondState {
  /** One line for each node of the working tree, with all its versions. */
  readonly working: readonly string[];
  /** Oldest first. */
  readonly commits: readonly CommitState[];
}

export interface CommitState {
  readonly number: number;
  readonly id: string;
  readonly message: string;
  readonly rootHash: string;
  readonly tree: readonly string[];
}

/** Reads the state of a pond. The trees of commits for which `wanted` is false are omitted. */
export async function pondState(pond: Pond, wanted: (number: number) => boolean = () => true): Promise<PondState> {
  const commits: CommitState[] = [];
  for await (const { number, id, message, rootHash } of pond.log()) {
    const tree = wanted(number) ? await treeLines(await pond.at(String(number))) : [];
    commits.unshift({ number, id, message, rootHash, tree });
  }
  return { working: await treeLines(pond.fs), commits };
}

/** One line for each node: path, type, attributes, and for all but directories each version with its content. */
export async function treeLines(fs: FileSystem): Promise<readonly string[]> {
  const root = await fs.root();
  const lines: string[] = [];
  for await (const { path, node } of root.walk()) {
    if (node.type === 'directory') lines.push(JSON.stringify([path, 'directory', node.attributes, node.sizeBytes]));
    else lines.push(JSON.stringify([path, node.type, node.attributes, await versionTexts(fs, node)]));
  }
  return lines;
}

async function versionTexts(fs: FileSystem, node: Node): Promise<readonly unknown[]> {
  const versions = await collect(fs.backend.versions(node));
  return Promise.all(versions.map(async (version) => [version.version, await contentText(fs, version)]));
}

/** Short content as it is, longer content as size and digest. */
async function contentText(fs: FileSystem, node: Node): Promise<string> {
  if (node.type === 'symlink') return await fs.backend.readlink(node);
  const bytes = Buffer.concat(await collect(fs.backend.read(node)));
  if (bytes.length <= 100) return bytes.toString('latin1');
  return `${bytes.length} bytes, ${createHash('sha256').update(bytes).digest('hex')}`;
}

/**
 * Makes the locks of this process on a disk those of a dead one: after a restart of the machine, or with `isKilled`, of a
 * process that was killed. A test that plays several processes has one process id for all.
 */
export function endLockHolders(disk: Disk, { isKilled = false }: { readonly isKilled?: boolean } = {}): void {
  for (const name of disk.list('_pond').filter((name) => name.startsWith('lock.'))) {
    const path = `_pond/${name}`;
    const text = Buffer.from(disk.readFile(path) ?? []).toString();
    const killed = text.replace(/"started":("[^"]*"|null)/, '"started":"before"');
    const ended = isKilled ? killed : killed.replace(/"boot":"[^"]*"/, '"boot":"before"');
    overwrite(disk, path, Buffer.from(ended));
  }
}

/** Replaces the whole content of a file, new or existing. */
export function overwrite(disk: Disk, path: string, bytes: Uint8Array): void {
  const file = disk.openAppend(path);
  try {
    file.truncate(0);
    file.append(bytes);
    file.sync();
  } finally {
    file.close();
  }
}
