/**
 * Packs: host files in the user's cache with the contents of many small files, one after another. A file of its own for
 * each content takes longer to write, to compare and to open than its rows take to read.
 *
 * Invariant: a pack is used only when the hash of each content in it is that of its node.
 */
import { basename, dirname } from 'node:path';
import { throwIfCancelled } from '../base/cancelled.ts';
import { groupAdjacent } from '../base/groupAdjacent.ts';
import { sha256Of } from '../base/sha256.ts';
import { createYield } from '../base/yieldToEventLoop.ts';
import { inlineBytesMax } from '../pond/blobs.ts';
import { isReadOnce, type KeyedFile, smallTexts } from '../sandbox/sources.ts';
import { type Cache, createUserCache } from '../storage/cache.ts';
import { contentProblem, noteWritten } from '../storage/contentCheck.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { type TextFormat } from '../sandbox/textFormat.ts';
import { type Node } from '../tinyfs/backend.ts';
import { contentAt } from '../tinyfs/entries.ts';
import { type FileSystem } from '../tinyfs/fs.ts';

interface PackScope {
  readonly openDisk: OpenDisk;
  readonly signal: AbortSignal | undefined;
}

/** A file of a table. */
interface TableFile extends Pick<KeyedFile, 'pondPath' | 'reading'> {
  readonly node: Node;
  readonly tree: Pick<FileSystem, 'backend'>;
  readonly format: TextFormat | undefined;
}

/** A small file that may be in a pack. */
interface Packable<F extends TableFile = TableFile> {
  readonly file: F;
  readonly key: string;
  readonly sizeBytes: number;
}

/**
 * Returns the small CSV files of a table that is read once, in packs; none of another table. Files are left out whose
 * content is not that of their node. Fails `pond-damaged` as Backend.read, with the path, and `cancelled`.
 */
export async function packedFiles<F extends TableFile>(
  scope: PackScope,
  files: readonly F[],
): Promise<ReadonlyMap<F, KeyedFile>> {
  const sized = files.map(({ reading, node }) => ({ reading, sizeBytes: node.sizeBytes }));
  const packed = new Map<F, KeyedFile>();
  if (!isReadOnce(sized)) return packed;
  const packable = files.filter(isPackable).map((file): Packable<F> => {
    const { sha256: key, sizeBytes } = file.node;
    return { file, key, sizeBytes };
  });
  const cache = createUserCache(scope.openDisk);
  const turn = createYield(scope.signal ?? new AbortController().signal, 'the query');
  for (const group of groupAdjacent(packable, smallTexts)) {
    await turn();
    const hostPath = await packOf(scope, cache, group);
    if (hostPath === undefined) continue;
    let packedAt = 0;
    for (const { file, key, sizeBytes } of group) {
      const { pondPath, reading, format } = file;
      packed.set(file, { hostPath, packedAt, sizeBytes, key, pondPath, reading, ...(format && { format }) });
      packedAt += sizeBytes;
    }
  }
  return packed;
}

/** Rows with times of a zone are numbered within their file, so it is not read together with others. */
function isPackable({ node: { type, sizeBytes }, reading, format }: TableFile): boolean {
  const { reader, compression, converted } = reading;
  const isPlain = reader === 'read_csv' && compression === undefined && converted === undefined;
  return type === 'file' && isPlain && sizeBytes > 0 && sizeBytes <= inlineBytesMax && format?.zone === undefined;
}

/** Host path of the pack of a group, written when missing or altered; undefined when a content is not that of its node. */
async function packOf(scope: PackScope, cache: Cache, group: readonly Packable[]): Promise<string | undefined> {
  const key = sha256Of(JSON.stringify(['pack', ...group.map((each) => [each.key, each.sizeBytes])]));
  const found = cache.find(key);
  if (found !== undefined && (await isSound(scope, found.hostPath, group))) return found.hostPath;
  const contents: Uint8Array[] = [];
  for (const each of group) {
    const content = await contentOf(scope, each);
    if (content === undefined) return undefined;
    contents.push(content);
  }
  const bytes = Buffer.concat(contents);
  const { hostPath } = cache.keep(key, bytes);
  noteWritten(hostPath, { sizeBytes: bytes.length, sha256: sha256Of(bytes) });
  return hostPath;
}

async function isSound(
  { openDisk, signal }: PackScope,
  hostPath: string,
  group: readonly Packable[],
): Promise<boolean> {
  const bytes = openDisk(dirname(hostPath)).readFile(basename(hostPath)) ?? new Uint8Array();
  let start = 0;
  const isExpected = ({ key, sizeBytes }: Packable): boolean =>
    sha256Of(bytes.subarray(start, (start += sizeBytes))) === key;
  if (!group.every(isExpected) || start !== bytes.length) return false;
  return (await contentProblem(hostPath, { sizeBytes: bytes.length, sha256: sha256Of(bytes) }, signal)) === undefined;
}

/** Undefined for another content than that of the node, which is reported, or made, where it is read alone. */
async function contentOf({ signal }: PackScope, { file, key }: Packable): Promise<Uint8Array | undefined> {
  throwIfCancelled(signal, 'the query');
  const { tree, node, pondPath: path } = file;
  const chunks: Uint8Array[] = [];
  for await (const chunk of contentAt(tree.backend, { path, node })) chunks.push(chunk);
  const content = Buffer.concat(chunks);
  return sha256Of(content) === key ? content : undefined;
}
