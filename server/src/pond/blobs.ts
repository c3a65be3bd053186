/** Content over the inline limit: immutable files, each written once and named by its SHA-256. */
import { createHash } from 'node:crypto';
import { sha256Of } from '../base/sha256.ts';
import { PondError } from '../base/error.ts';
import { contentProblem, noteHashed } from '../storage/contentCheck.ts';
import { unchangedStream } from '../storage/unchangedFiles.ts';
import { type Disk } from '../storage/disk.ts';
import { parentOf } from '../storage/diskPath.ts';
import { makeDirectoryDurable, putStream, temporaryPathIn } from '../storage/durable.ts';
import { type BlobOrigin } from '../storage/pondStorage.ts';
import { type ByteRange, type Content } from '../tinyfs/backend.ts';
import { type NewBlobs } from './newBlobs.ts';

/** Content of at most this many bytes is stored in its row. */
export const inlineBytesMax = 64 * 1024;

export const blobDirectory = '_pond/blobs';

/** Content that is either small and in memory, or stored as a blob. */
export interface StoredContent {
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Undefined when a blob holds it. */
  readonly inline: Uint8Array | undefined;
  /** True when storing it created the blob. */
  readonly isNew: boolean;
}

export const blobPath = (hash: string): string => `${blobDirectory}/${hash.slice(0, 2)}/${hash}`;

/** The blobs of the pond on a disk. */
export class BlobStore {
  readonly #disk: Disk;
  readonly #newBlobs: NewBlobs | undefined;
  readonly #origin: BlobOrigin | undefined;
  readonly #durableDirectories = new Set<string>();
  /** Number of changes in progress that are to refer to a blob, by its hash; at least 1. */
  readonly #claims = new Map<string, number>();

  /** `newBlobs` lists the blobs that are created, `origin` has those that are absent. */
  constructor(disk: Disk, newBlobs?: NewBlobs, origin?: BlobOrigin) {
    this.#disk = disk;
    this.#newBlobs = newBlobs;
    this.#origin = origin;
  }

  /** Stores content in bounded memory; a blob is durable on return, and claimed until `release`. */
  async store(content: Content): Promise<StoredContent> {
    if (content instanceof Uint8Array) {
      if (content.length <= inlineBytesMax) return inlineContent(content);
      return await this.#storeBlob(chunksOf(content));
    }
    const { head, rest } = await takeHead(content);
    if (rest === undefined) return inlineContent(head);
    try {
      return await this.#storeBlob(chain(head, rest));
    } finally {
      // A failure before the first read of the chain must not leave the source open.
      await rest.return?.();
    }
  }

  /** Ends the claim of stored content: a change refers to it, or none will. */
  release({ sha256, inline }: StoredContent): void {
    if (inline === undefined) this.#claim(sha256, -1);
  }

  /** True while a change that is to refer to the blob is being made. */
  isClaimed(hash: string): boolean {
    return this.#claims.has(hash);
  }

  /** True when a blob is not on the disk, and the pond has an origin from which a read fetches it. */
  isAbsent(hash: string): boolean {
    return this.#disk.stat(blobPath(hash)) === undefined && this.#origin?.exists() === true;
  }

  /**
   * Streams a blob, or a range of it; an absent blob is fetched first, whole, and fails as
   * BlobOrigin.fetch. Fails `pond-damaged` when the blob is missing, of another size, or altered: a whole read after the
   * last byte, a partial one before the first, for which the blob is read once as long as its state on the disk stays the
   * same.
   */
  async *read(hash: string, sizeBytes: number, range?: ByteRange): AsyncIterable<Uint8Array> {
    if (this.isAbsent(hash)) await this.#origin?.fetch(hash, sizeBytes);
    yield* readBlob(this.#disk, hash, sizeBytes, range);
  }

  async #storeBlob(chunks: AsyncIterable<Uint8Array>): Promise<StoredContent> {
    makeDirectoryDurable(this.#disk, blobDirectory, this.#durableDirectories);
    const head = await this.#newBlobs?.headId();
    const hash = createHash('sha256');
    let [digest, writtenMs, isNew] = ['', 0, false];
    const hashed = async function* (): AsyncIterable<Uint8Array> {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
      // All chunks are written when the source is asked for one more.
      [digest, writtenMs] = [hash.digest('hex'), Date.now()];
    };
    const finalPath = (): string => {
      const path = blobPath(digest);
      makeDirectoryDurable(this.#disk, parentOf(path), this.#durableDirectories);
      isNew = this.#disk.stat(path) === undefined;
      // Before the blob has its name: from then on others find it.
      this.#claim(digest, 1);
      if (isNew && head !== undefined) this.#newBlobs?.add(digest, head);
      return path;
    };
    try {
      const sizeBytes = await putStream(this.#disk, temporaryPathIn(blobDirectory), finalPath, hashed());
      const hostPath = this.#disk.hostPath(blobPath(digest));
      if (hostPath !== undefined) noteHashed(hostPath, { sizeBytes, sha256: digest }, writtenMs);
      return { sha256: digest, sizeBytes, inline: undefined, isNew };
    } catch (error) {
      if (digest !== '') this.#claim(digest, -1);
      throw error;
    }
  }

  #claim(hash: string, change: 1 | -1): void {
    const count = (this.#claims.get(hash) ?? 0) + change;
    if (count > 0) this.#claims.set(hash, count);
    else this.#claims.delete(hash);
  }
}

function readBlob(
  disk: Disk,
  hash: string,
  sizeBytes: number,
  range: ByteRange | undefined,
): AsyncIterable<Uint8Array> {
  const path = blobPath(hash);
  const stat = disk.stat(path);
  if (stat?.sizeBytes !== sizeBytes) {
    const got = stat === undefined ? 'it is missing' : `it has ${stat.sizeBytes}`;
    throw new PondError('pond-damaged', `blob ${hash} should have ${sizeBytes} bytes; ${got}`, { path });
  }
  // Bounded by the known size: reading until the stream ends would cost one more read.
  const [start, end] = [range?.start ?? 0, Math.min(range?.end ?? sizeBytes, sizeBytes)];
  const stream = (): AsyncIterable<Uint8Array> => disk.readStream(path, start, end)!;
  if (start === 0 && end === sizeBytes) return verified(stream(), hash, path);
  return verifiedPart(disk, { hash, sizeBytes, path }, stream);
}

function inlineContent(bytes: Uint8Array): StoredContent {
  return { sha256: sha256Of(bytes), sizeBytes: bytes.length, inline: bytes, isNew: false };
}

async function* verified(content: AsyncIterable<Uint8Array>, hash: string, path: string): AsyncIterable<Uint8Array> {
  const read = createHash('sha256');
  for await (const chunk of content) {
    read.update(chunk);
    yield chunk;
  }
  const got = read.digest('hex');
  if (got !== hash) throw new PondError('pond-damaged', `blob ${hash} is altered: its hash is ${got}`, { path });
}

/** Streams a part of a blob once the whole of it was compared with its hash. */
async function* verifiedPart(
  disk: Disk,
  { hash, sizeBytes, path }: { readonly hash: string; readonly sizeBytes: number; readonly path: string },
  part: () => AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  const hostPath = disk.hostPath(path);
  if (hostPath === undefined) {
    for await (const _ of verified(disk.readStream(path, 0, sizeBytes)!, hash, path));
    yield* part();
    return;
  }
  const problem = await contentProblem(hostPath, { sizeBytes, sha256: hash });
  if (problem !== undefined) throw new PondError('pond-damaged', `blob ${hash} is damaged: ${problem}`, { path });
  yield* unchangedStream(hostPath, part());
}

const chunkBytes = 1024 * 1024;

async function* chunksOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

/** Reads until the inline limit is exceeded; `rest` is undefined when the stream ended before that. */
async function takeHead(
  content: AsyncIterable<Uint8Array>,
): Promise<{ head: Uint8Array; rest: AsyncIterator<Uint8Array> | undefined }> {
  const iterator = content[Symbol.asyncIterator]();
  const parts: Uint8Array[] = [];
  let size = 0;
  while (size <= inlineBytesMax) {
    const next = await iterator.next();
    if (next.done === true) return { head: Buffer.concat(parts), rest: undefined };
    // A source may reuse its buffer for the next chunk. Slicing a Buffer would share the bytes.
    parts.push(new Uint8Array(next.value));
    size += next.value.length;
  }
  return { head: Buffer.concat(parts), rest: iterator };
}

async function* chain(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
