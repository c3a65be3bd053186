/** Puts intact content in the place of damaged files of a pond, from copies of them. */
import { createHash } from 'node:crypto';
import { isPondError, PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { parentOf } from '../storage/diskPath.ts';
import { makeDirectoryDurable, putStream, replaceFile, temporaryPathIn } from '../storage/durable.ts';
import { hashOf } from './checkHistory.ts';
import { type ExpectedFile, type RestoredFile } from './findings.ts';
import { type PondCopy } from './pondCopy.ts';
import { quarantineReplaced } from './quarantine.ts';

/** Outcome of an attempt to take a file from a copy. */
type Taking = 'taken' | 'missing' | 'other';

/**
 * Restores files of one pond, whose lock the caller holds. A file is replaced by one durable rename, after its old bytes
 * got a name in the quarantine.
 */
export class FileRestorer {
  readonly restored: RestoredFile[] = [];
  /** Why a file of a copy was not taken, as sentences. */
  readonly refused = new Set<string>();
  readonly copies: readonly PondCopy[];
  readonly #disk: Disk;

  constructor(disk: Disk, copies: readonly PondCopy[]) {
    this.#disk = disk;
    this.copies = copies;
  }

  /** Restores a file from the first copy that has its content. False when none has, or when the file is intact. */
  async restore(file: ExpectedFile): Promise<boolean> {
    if (await hasContent(this.#disk, file).catch(failureAsFalse)) return false;
    for (const copy of this.copies) {
      const taking = await this.#take(copy, file);
      if (taking === 'taken') return true;
      if (taking === 'other') this.refused.add(`${copy.directory}/${file.path} has other content`);
    }
    return false;
  }

  /** Replaces a small file, or creates it, with bytes that the caller verified. */
  replace(path: string, bytes: Uint8Array, from: string | undefined): void {
    const quarantined = quarantineReplaced(this.#disk, path);
    replaceFile(this.#disk, path, bytes);
    this.restored.push({ path, from, quarantined });
  }

  /** Replaces a file by some work that writes it durably. */
  async rewrite(path: string, write: () => Promise<unknown>): Promise<void> {
    const quarantined = quarantineReplaced(this.#disk, path);
    await write();
    this.restored.push({ path, from: undefined, quarantined });
  }

  /** Reads from a copy; undefined when that fails, which is reported. */
  async read<T>({ directory }: PondCopy, path: string, work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!isPondError(error) || error.code === 'cancelled') throw error;
      this.refused.add(`${directory}/${path} cannot be used: ${error.message}`);
      return undefined;
    }
  }

  /** Takes a file from a copy if it has the content; undefined when the copy cannot be read, which is reported. */
  async #take(copy: PondCopy, file: ExpectedFile): Promise<Taking | undefined> {
    const content = await this.read(copy, file.path, async () => (await copy.content(file)) ?? 'missing');
    if (content === undefined || content === 'missing') return content;
    const source = new Source(content, file);
    try {
      const quarantined = await this.#put(source, file);
      this.restored.push({ path: file.path, from: copy.directory, quarantined });
      return 'taken';
    } catch (error) {
      if (error === source.difference) return 'other';
      // A failure of the pond's own disk ends the repair.
      if (error !== source.failure) throw error;
      return await this.read(copy, file.path, () => Promise.reject(error as Error));
    }
  }

  /** Writes a file in the place of what is there, once all of it was compared. Returns the name of the replaced one. */
  async #put(source: Source, { path }: ExpectedFile): Promise<string | undefined> {
    let quarantined: string | undefined;
    const finalPath = (): string => {
      source.requireExpected();
      makeDirectoryDurable(this.#disk, parentOf(path));
      quarantined = quarantineReplaced(this.#disk, path);
      return path;
    };
    // In a folder whose temporary files the next writer removes.
    await putStream(this.#disk, temporaryPathIn('_pond'), finalPath, source.chunks());
    return quarantined;
  }
}

/** Content of a file from a copy, compared with what it should be while it is read. */
class Source {
  /** Fault at the copy; undefined without one. */
  failure: unknown;
  /** Thrown for content that is not the expected one. */
  readonly difference: PondError;
  readonly #content: AsyncIterable<Uint8Array>;
  readonly #file: ExpectedFile;
  readonly #hash = createHash('sha256');

  constructor(content: AsyncIterable<Uint8Array>, file: ExpectedFile) {
    this.#content = content;
    this.#file = file;
    this.difference = new PondError('invalid-content', `${file.path} has other content`, { path: file.path });
  }

  /** Yields the content, as long as it may be the expected one. */
  async *chunks(): AsyncIterable<Uint8Array> {
    let sizeBytes = 0;
    try {
      for await (const chunk of this.#content) {
        sizeBytes += chunk.length;
        if (sizeBytes > this.#file.sizeBytes) break;
        this.#hash.update(chunk);
        yield chunk;
      }
    } catch (error) {
      this.failure = error;
      throw error;
    }
    if (sizeBytes > this.#file.sizeBytes) throw this.difference;
  }

  requireExpected(): void {
    if (this.#hash.digest('hex') !== this.#file.sha256) throw this.difference;
  }
}

/** True for a regular file with the expected content. Reads no more than its expected size. */
export async function hasContent(disk: Disk, { path, sizeBytes, sha256 }: ExpectedFile): Promise<boolean> {
  const stat = disk.stat(path);
  if (stat?.kind !== 'file' || stat.sizeBytes !== sizeBytes) return false;
  return (await hashOf(disk, path)).hash === sha256;
}

/** A file that cannot be read is damaged. */
function failureAsFalse(error: unknown): false {
  if (!isPondError(error)) throw error;
  return false;
}
