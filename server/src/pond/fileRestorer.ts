/** Puts intact content in the place of damaged files of a pond, from copies of them. */
import { createHash } from 'node:crypto';
import { isPondError, PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { parentOf } from '../storage/diskPath.ts';
import { makeDirectoryDurable, putStream, replaceFile, temporaryPathIn } from '../storage/durable.ts';
import { hashOf } from './checkHistory.ts';
import { type ExpectedFile, type RestoredFile } from './findings.ts';
import { quarantineReplaced } from './quarantine.ts';

/** A copy of a pond, or of some of its files at their paths. It may come from anybody, so only hashes are believed. */
export interface PondCopy {
  /** Host directory, as people name it. */
  readonly directory: string;
  readonly disk: Disk;
}

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
      if (!(await this.#isIn(copy, file))) continue;
      await this.#take(copy, file);
      return true;
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

  async #isIn(copy: PondCopy, file: ExpectedFile): Promise<boolean> {
    if (await this.read(copy, file.path, () => hasContent(copy.disk, file))) return true;
    const isThere = await this.read(copy, file.path, () => copy.disk.stat(file.path) !== undefined);
    if (isThere === true) this.refused.add(`${copy.directory}/${file.path} has other content`);
    return false;
  }

  async #take({ directory, disk }: PondCopy, { path, sizeBytes, sha256 }: ExpectedFile): Promise<void> {
    const hash = createHash('sha256');
    const source = async function* (): AsyncIterable<Uint8Array> {
      for await (const chunk of disk.readStream(path, 0, sizeBytes) ?? []) {
        hash.update(chunk);
        yield chunk;
      }
    };
    let quarantined: string | undefined;
    const finalPath = (): string => {
      // The copy may have changed since it was verified.
      const got = hash.digest('hex');
      if (got !== sha256) throw new PondError('invalid-content', `${directory}/${path} is being changed`, { path });
      makeDirectoryDurable(this.#disk, parentOf(path));
      quarantined = quarantineReplaced(this.#disk, path);
      return path;
    };
    // In a folder whose temporary files the next writer removes.
    await putStream(this.#disk, temporaryPathIn('_pond'), finalPath, source());
    this.restored.push({ path, from: directory, quarantined });
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
