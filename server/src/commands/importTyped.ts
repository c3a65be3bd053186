/** Host files that become series or tables of a pond. */
import { basename, join } from 'node:path';
import { PondError } from '../base/error.ts';
import { type Job } from '../base/job.ts';
import { type Batch, type SeriesAppender } from '../resources/series/appender.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type InputFile } from '../sandbox/build.ts';
import { queryableExtensions, readingOf } from '../sandbox/formats.ts';
import { readHostStream } from '../storage/hostStream.ts';
import { type HostEntry, type HostSkipped } from '../storage/hostTree.ts';
import { makeProcessFolder } from '../storage/processFolder.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { openAppender } from './append.ts';
import { batchOf } from './appendFiles.ts';
import { hostFileHash } from './contentHash.ts';
import { formatForRows } from './formatForRows.ts';

/** Type that the files become. */
interface TypedImport {
  readonly as: 'series' | 'table';
  /** Name of the time column of every series; found in each file when undefined. */
  readonly time: string | undefined;
}

/** The content of a file, ready to be written. */
interface Ready {
  /** Undefined when the pond has it already. */
  readonly write: (() => Promise<{ readonly sizeBytes: number }>) | undefined;
}

/**
 * Returns the entry under the name of its node, which has no extension. A file in a folder that is not a table is
 * skipped. Fails `invalid-content` when it was named itself.
 */
export function typedEntry(entry: HostEntry): HostEntry | HostSkipped {
  const { kind, hostPath: path, relativePath } = entry;
  if (kind === 'directory') return entry;
  if (readingOf('file', basename(path)) !== undefined) {
    return { ...entry, relativePath: relativePath.replace(/(?<=[^/])\.[^./]+(?:\.(?:gz|zst))?$/i, '') };
  }
  if (relativePath.includes('/')) return { kind: 'skipped', path, reason: 'its name does not say a format of rows' };
  throw new PondError('invalid-content', `the format of ${path} is not known`, {
    path,
    hint: `It follows from the name: ${queryableExtensions}. Without --as, a file is imported as it is.`,
  });
}

/** Reads files as rows, and keeps them in temporary files until they are written. Nothing is changed before that. */
export class TypedFiles {
  readonly #pond: ResourcePond;
  readonly #root: WorkingDirectory;
  readonly #options: TypedImport;
  readonly #job: Job;
  readonly #directory = makeProcessFolder();
  readonly #appenders: SeriesAppender[] = [];
  #count = 0;

  constructor(pond: ResourcePond, root: WorkingDirectory, options: TypedImport, job: Job) {
    this.#pond = pond;
    this.#root = root;
    this.#options = options;
    this.#job = job;
  }

  /**
   * Reads a host file whose rows become the node at a path. Fails `invalid-content` for a file that is not a table,
   * `already-exists` when a node of another type, or a series of other rows, is there.
   */
  async read(hostPath: string, target: string): Promise<Ready> {
    const node = (await this.#root.get(target))?.node;
    const { as } = this.#options;
    if (node !== undefined && node.type !== as) {
      throw new PondError('already-exists', `${target} is a ${node.type}, not a ${as}`, { path: target });
    }
    const format = await formatForRows(this.#root, target);
    const { requireUnchanged, ...batch } = await batchOf({ hostPath, shownPath: hostPath }, undefined);
    const stated = { ...batch.file, ...(format && { format }) };
    const before = node?.sha256;
    const ready =
      as === 'series'
        ? await this.#series({ ...batch, file: stated }, target, node !== undefined)
        : await this.#table(stated, target, before);
    requireUnchanged();
    return ready;
  }

  /** Removes the temporary files. */
  close(): void {
    for (const appender of this.#appenders) appender.close();
    this.#directory.remove();
  }

  async #series(batch: Batch, path: string, exists: boolean): Promise<Ready> {
    const { time } = this.#options;
    const appender = await openAppender(this.#pond, this.#root, { path, time }, this.#job);
    this.#appenders.push(appender);
    const { isKnown } = await appender.read(batch);
    if (isKnown) return { write: undefined };
    if (exists) {
      throw new PondError(
        'already-exists',
        `${path} is a series that does not have the rows of ${batch.file.pondPath}`,
        {
          path,
          hint: `'pond append FILE ${path}' adds the rows of a file.`,
        },
      );
    }
    return {
      async write() {
        const node = await appender.write();
        return { sizeBytes: node?.sizeBytes ?? 0 };
      },
    };
  }

  /** A Parquet file stays as it is. */
  async #table(file: InputFile, path: string, before: string | undefined): Promise<Ready> {
    const { builder } = this.#pond.layer.materializer;
    const { signal } = this.#job;
    const target = join(this.#directory.path, String(this.#count++));
    const isParquet = file.reading?.reader === 'read_parquet' && file.reading.converted === undefined;
    const input = { name: file.pondPath, files: [file] };
    // The rows of a Parquet file are read too: an unreadable one is refused here, not by later queries.
    await builder.fromUserSql({ sql: 'FROM "$1"', input, tables: [], target }, signal);
    const content = isParquet ? file.hostPath : target;
    if ((await hostFileHash(content)) === before) return { write: undefined };
    return {
      write: async () => {
        const written = await this.#root.writeFile(path, readHostStream(content, 0, Infinity), { type: 'table' });
        return { sizeBytes: written.node.sizeBytes };
      },
    };
  }
}
