/** Compares the contents of a migrated Watertown pond with the source, by BLAKE3. */
import { type Job } from '../base/job.ts';
import { type Node } from '../tinyfs/backend.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { blake3Of } from './blake3.ts';
import { followedStream } from './followed.ts';
import { type ContentHashes } from './watertownHistory.ts';
import { type TreeComparison } from './source.ts';

/** Returns a hash over paths and contents for each directory of the root, and for the files in it. */
export async function compareContents(
  source: ContentHashes,
  migrated: WorkingDirectory,
  job: Job,
): Promise<readonly TreeComparison[]> {
  const before = new Map<string, string[]>();
  const after = new Map<string, string[]>();
  for (const [path, hashes] of [...source].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const top = path.indexOf('/', 1) < 0 ? '/' : path.slice(0, path.indexOf('/', 1));
    add(before, top, [path, ...hashes].join(' '));
    add(after, top, [path, ...(await hashesOf(migrated, path.slice(1), job))].join(' '));
  }
  const comparisons: TreeComparison[] = [];
  for (const [path, lines] of before) {
    const [sourceHash, migratedHash] = [await hashOf(lines), await hashOf(after.get(path) ?? [])];
    comparisons.push({ path, sourceHash, migratedHash });
  }
  return comparisons;
}

const hashOf = (lines: readonly string[]): Promise<string> => blake3Of([Buffer.from(lines.join('\n'))]);

function add(lines: Map<string, string[]>, key: string, line: string): void {
  const own = lines.get(key);
  if (own === undefined) lines.set(key, [line]);
  else own.push(line);
}

async function hashesOf(migrated: WorkingDirectory, path: string, job: Job): Promise<readonly string[]> {
  const found = (await migrated.get(path, { followLinks: false }))?.node;
  if (found === undefined) return ['missing'];
  const versions: Node[] = [];
  for await (const version of migrated.versions(path)) {
    versions.unshift(version);
    if (found.type !== 'series') break;
  }
  const hashes: string[] = [];
  for (const version of versions) {
    const step = { step: `comparing ${path}`, sizeBytes: version.sizeBytes };
    hashes.push(await blake3Of(followedStream(migrated.backend.read(version), job, step)));
  }
  return hashes;
}
