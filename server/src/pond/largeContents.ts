/** Contents over the inline limit: on the disk, or only at the origin of a thin clone. */
import { throwIfCancelled } from '../base/cancelled.ts';
import { PondError } from '../base/error.ts';
import { type Job } from '../base/job.ts';
import { mapLimit } from '../base/mapLimit.ts';
import { type Disk } from '../storage/disk.ts';
import { type BlobOrigin, type PondStorage } from '../storage/pondStorage.ts';
import { type Node } from '../tinyfs/backend.ts';
import { blobDirectory, blobPath, inlineBytesMax } from './blobs.ts';
import { type AbsentBlobs } from './findings.ts';

/** Content that a blob holds. */
type Blob = Pick<Node, 'sha256' | 'sizeBytes'>;

/** Knows which blobs changes refer to that are not committed. */
interface BlobUsers {
  isUsed(sha256: string): boolean;
}

/** Requests to an origin at the same time. */
const requestsMax = 8;

/** Options of an eviction. */
interface EvictOptions extends Job {
  /** Only blobs that are on this disk at least since then, milliseconds since 1970 UTC. */
  readonly beforeMs?: number;
}

/** Result of an eviction. */
interface EvictReport {
  readonly evicted: AbsentBlobs;
  /** Blobs that stay since staged changes or open transactions use them. */
  readonly staged: AbsentBlobs;
  /** Blobs that stay since the origin does not have them. */
  readonly missingAtOrigin: AbsentBlobs;
}

/** Returns those of the contents that are not on the disk, each once; none for a pond without an origin. */
export function absentBlobs({ disk, origin }: PondStorage, nodes: Iterable<Node>): readonly Blob[] {
  if (origin?.exists() !== true) return [];
  const absent = new Map<string, Blob>();
  for (const node of nodes) {
    const isBlob = node.type !== 'directory' && node.sizeBytes > inlineBytesMax;
    if (isBlob && disk.stat(blobPath(node.sha256)) === undefined) absent.set(node.sha256, node);
  }
  return [...absent.values()];
}

/** Fetches blobs, several at the same time; progress is in bytes. Fails as BlobOrigin.fetch; what came before stays. */
export async function fetchBlobs(origin: BlobOrigin, blobs: readonly Blob[], { signal, progress }: Job): Promise<void> {
  const total = sumOf(blobs).bytes;
  let done = 0;
  await mapLimit(blobs, requestsMax, async ({ sha256, sizeBytes }) => {
    let received = 0;
    const report = (_: string, bytes: number): void => {
      done += bytes - received;
      received = bytes;
      progress?.('fetching', done, total);
    };
    await origin.fetch(sha256, sizeBytes, { ...(signal && { signal }), progress: report });
    report('', sizeBytes);
  });
}

/** The large contents of an open pond. */
export class LargeContents {
  readonly #storage: PondStorage;
  readonly #users: BlobUsers;

  constructor(storage: PondStorage, users: BlobUsers) {
    this.#storage = storage;
    this.#users = users;
  }

  /** True for a thin clone. */
  get isThin(): boolean {
    return this.#storage.origin?.exists() === true;
  }

  /**
   * Fetches the contents of nodes that are absent. Returns their sums. Fails `not-found` without an origin, and as
   * BlobOrigin.fetch.
   */
  async fetch(nodes: Iterable<Node>, job: Job): Promise<AbsentBlobs> {
    const origin = this.#requireOrigin();
    const absent = absentBlobs(this.#storage, nodes);
    await fetchBlobs(origin, absent, job);
    return sumOf(absent);
  }

  /**
   * Removes blobs from the disk that the origin has, which is asked about each of them. Fails `not-found` without an
   * origin, and as BlobOrigin.has; what was removed before can be fetched again.
   */
  async evict({ beforeMs = Infinity, signal, progress }: EvictOptions): Promise<EvictReport> {
    const origin = this.#requireOrigin();
    const job: Job = signal === undefined ? {} : { signal };
    await origin.requireElsewhere(job);
    const { disk } = this.#storage;
    const groups: Record<keyof EvictReport, Blob[]> = { evicted: [], staged: [], missingAtOrigin: [] };
    const blobs = storedBlobs(disk, beforeMs);
    let done = 0;
    await mapLimit(blobs, requestsMax, async (blob) => {
      throwIfCancelled(signal);
      const isUsed = (): boolean => this.#users.isUsed(blob.sha256);
      const isMissing = !isUsed() && !(await origin.has(blob.sha256, blob.sizeBytes, job));
      // A change may have been staged meanwhile.
      const group = isMissing ? 'missingAtOrigin' : isUsed() ? 'staged' : 'evicted';
      if (group === 'evicted') disk.remove(blobPath(blob.sha256));
      groups[group].push(blob);
      progress?.('asking the origin', ++done, blobs.length);
    });
    const { evicted, staged, missingAtOrigin } = groups;
    return { evicted: sumOf(evicted), staged: sumOf(staged), missingAtOrigin: sumOf(missingAtOrigin) };
  }

  async close(): Promise<void> {
    await this.#storage.origin?.close();
  }

  #requireOrigin(): BlobOrigin {
    const { origin, directory } = this.#storage;
    if (origin?.exists() === true) return origin;
    throw new PondError('not-found', 'this pond has no origin: it is not a thin clone', {
      path: directory,
      hint: "'pond clone --thin' makes one.",
    });
  }
}

function sumOf(blobs: readonly Blob[]): AbsentBlobs {
  return { blobs: blobs.length, bytes: blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

/** The blobs on a disk that have been there since a time. */
function storedBlobs(disk: Disk, beforeMs: number): readonly Blob[] {
  const blobs: Blob[] = [];
  for (const folder of disk.list(blobDirectory)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const sha256 of disk.list(`${blobDirectory}/${folder}`)) {
      if (!/^[0-9a-f]{64}$/.test(sha256) || !sha256.startsWith(folder)) continue;
      const stat = disk.stat(blobPath(sha256));
      if (stat?.kind === 'file' && stat.modifiedMs <= beforeMs) blobs.push({ sha256, sizeBytes: stat.sizeBytes });
    }
  }
  return blobs;
}
