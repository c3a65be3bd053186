/** The hash of a directory by the rules of a pond of 2025: its `check` prints it for each resource. */
import { createHash } from 'node:crypto';
import { compareNames } from '../tinyfs/path.ts';
import { type FileType } from '../tinyfs/backend.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { codeOf, type PocEntryType } from './pocEntries.ts';

/** The latest version of a name in a directory. */
export interface DigestEntry {
  readonly name: string;
  readonly type: PocEntryType;
  readonly sizeBytes: number;
  /** Lower-case hex; for a directory its own digest. */
  readonly sha256: string;
}

const noHash = '0'.repeat(64);

/**
 * Returns the hash of a directory, lower-case hex: over its files by name, each with size, type and hash, then over the
 * hashes of its directories. Numbers of versions and names of directories do not count.
 */
export function pocDigest(entries: readonly DigestEntry[]): string {
  const hash = createHash('sha256');
  const sorted = [...entries].sort((a, b) => compareNames(a.name, b.name));
  for (const { name, type, sizeBytes, sha256 } of sorted) {
    if (type === 'tree') continue;
    const size = Buffer.alloc(8);
    size.writeBigUInt64BE(BigInt(sizeBytes));
    hash
      .update(name)
      .update(size)
      .update(Buffer.of(codeOf(type)))
      .update(Buffer.from(sha256, 'hex'));
  }
  for (const { type, sha256 } of sorted) if (type === 'tree') hash.update(Buffer.from(sha256, 'hex'));
  return hash.digest('hex');
}

const typeOf: Readonly<Record<FileType, PocEntryType>> = {
  directory: 'tree',
  file: 'data',
  table: 'table',
  series: 'series',
  symlink: 'symlink',
};

/**
 * Returns the hash of a directory of a pond by the same rules. `others` are entries that the pond keeps in another form,
 * by path in the directory: undefined leaves a name out.
 */
export async function pondDigest(
  directory: WorkingDirectory,
  others: ReadonlyMap<string, DigestEntry | undefined>,
  path = '',
): Promise<string> {
  const entries: DigestEntry[] = [];
  for (const { basename: name, node } of await directory.list(path === '' ? '.' : path)) {
    const below = path === '' ? name : `${path}/${name}`;
    if (others.has(below)) continue;
    const type = typeOf[node.type];
    if (type === 'tree') entries.push({ name, type, sizeBytes: 0, sha256: await pondDigest(directory, others, below) });
    else if (type === 'symlink') entries.push({ name, type, sizeBytes: 0, sha256: noHash });
    else entries.push({ name, type, sizeBytes: node.sizeBytes, sha256: node.sha256 });
  }
  for (const [below, entry] of others) {
    const slash = below.lastIndexOf('/');
    if (entry !== undefined && below.slice(0, Math.max(0, slash)) === path) entries.push(entry);
  }
  return pocDigest(entries);
}
