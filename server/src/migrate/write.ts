/** Writes a history into a pond: a commit for each state, and with it the mark by which a later run goes on. */
import { throwIfCancelled } from '../base/cancelled.ts';
import { PondError } from '../base/error.ts';
import { type Job } from '../base/job.ts';
import { type Commit } from '../pond/commitRecord.ts';
import { type Pond, type Transaction } from '../pond/types.ts';
import { type MigratedCounts } from '../protocol/migration.ts';
import { joinPath } from '../tinyfs/path.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { followed } from './followed.ts';
import { type FinalChanges, type SourceChange, type SourceCommit } from './source.ts';

/** Author and operation of the commits of a migration. */
const migrationAuthor = 'migrate';

/** Directory of what a migration adds; its attributes are the mark. */
export const markDirectory = 'migrated';

/** The last state of a source that is in the pond. */
interface MigrationMark {
  readonly system: string;
  /** Number of the state in the source. */
  readonly state: number;
  /** Hash of the state. */
  readonly mark: string;
  /** True once everything after the states was written too. */
  readonly isComplete: boolean;
}

/** Writes commits of one source into a pond, below a directory of it. */
export class MigrationWriter {
  readonly #pond: Pond;
  readonly #base: string;
  readonly #system: string;
  readonly #job: Job;
  readonly #counts = { commits: 0, directories: 0, versions: 0, links: 0, moves: 0, bytes: 0, unchanged: 0 };

  /** `base` is the absolute path of the directory that the root of the source becomes. */
  constructor(
    pond: Pond,
    { base, system, job }: { readonly base: string; readonly system: string; readonly job: Job },
  ) {
    this.#pond = pond;
    this.#base = base;
    this.#system = system;
    this.#job = job;
  }

  get counts(): MigratedCounts {
    return { ...this.#counts };
  }

  /** Commits a state of the source. */
  async commit({ number, mark, timeUs, message, changes }: SourceCommit): Promise<Commit> {
    const state = { system: this.#system, state: number, mark, isComplete: false };
    return await this.#write(changes, state, { message, timeUs });
  }

  /** Commits what follows the last state, and marks the migration as complete. */
  async finish({ changes }: FinalChanges, last: SourceCommit): Promise<Commit> {
    const state = { system: this.#system, state: last.number, mark: last.mark, isComplete: true };
    return await this.#write(changes, state, { message: `Migrated from ${this.#system}` });
  }

  async #write(
    changes: readonly SourceChange[],
    mark: MigrationMark,
    request: { readonly message: string; readonly timeUs?: number },
  ): Promise<Commit> {
    const transaction = await this.#pond.begin();
    try {
      const root = await transaction.fs.root();
      const base = await root.createDirectory(this.#base, { parents: true });
      for (const change of changes) {
        throwIfCancelled(this.#job.signal, 'the migration');
        await this.#apply(base, change);
      }
      await base.createDirectory(markDirectory, { parents: true });
      await base.setAttributes(markDirectory, attributesOf(mark));
      return await this.#commit(transaction, request);
    } catch (error) {
      await transaction.abandon();
      throw error;
    }
  }

  async #commit(
    transaction: Transaction,
    request: { readonly message: string; readonly timeUs?: number },
  ): Promise<Commit> {
    throwIfCancelled(this.#job.signal, 'the migration');
    const commit = await transaction.commit({ ...request, author: migrationAuthor, operation: migrationAuthor });
    this.#counts.commits++;
    // The mark differs from that of every other state.
    return commit ?? this.#pond.head;
  }

  async #apply(base: WorkingDirectory, change: SourceChange): Promise<void> {
    const path = change.path.slice(1);
    switch (change.kind) {
      case 'directory':
        await base.createDirectory(path, { parents: true });
        this.#counts.directories++;
        return;
      case 'link':
        if ((await base.get(path, { followLinks: false })) !== undefined) await base.remove(path);
        await createParents(base, path);
        await base.createSymlink(path, change.target);
        this.#counts.links++;
        return;
      case 'remove':
        // What was damaged is not there.
        if ((await base.get(path, { followLinks: false })) === undefined) return;
        await base.remove(path, { recursive: true });
        this.#counts.moves++;
        return;
      case 'rename':
        if ((await base.get(change.from.slice(1), { followLinks: false })) === undefined) return;
        await createParents(base, path);
        await base.rename(change.from.slice(1), path, { overwrite: true });
        this.#counts.moves++;
        return;
      case 'version':
        await this.#writeVersion(base, path, change);
    }
  }

  async #writeVersion(
    base: WorkingDirectory,
    path: string,
    { type, sizeBytes, attributes, open }: Extract<SourceChange, { kind: 'version' }>,
  ): Promise<void> {
    await createParents(base, path);
    const before = (await base.get(path, { followLinks: false }))?.node;
    const options = { type, ...(attributes && { attributes }) };
    const content = followed(await open(), this.#job, { step: `migrating /${path}`, sizeBytes });
    const { node } = await base.writeFile(path, content, options);
    if (before !== undefined && node.version === before.version && node.sha256 === before.sha256)
      this.#counts.unchanged++;
    else this.#counts.versions++;
    this.#counts.bytes += sizeBytes;
  }
}

async function createParents(base: WorkingDirectory, path: string): Promise<void> {
  const slash = path.lastIndexOf('/');
  if (slash > 0) await base.createDirectory(path.slice(0, slash), { parents: true });
}

function attributesOf({ system, state, mark, isComplete }: MigrationMark): Readonly<Record<string, string>> {
  return { system, state: String(state), mark, ...(isComplete && { complete: 'yes' }) };
}

/** Returns the mark of an earlier migration into a directory of the pond; undefined without one. */
export async function markIn(pond: Pond, base: string): Promise<MigrationMark | undefined> {
  const root = await pond.fs.root();
  const directory = joinPath(base, markDirectory);
  if (!(await root.exists(directory))) return undefined;
  const { system, state, mark, complete } = (await root.get(directory))?.node.attributes ?? {};
  if (system === undefined || mark === undefined || !/^\d{1,15}$/.test(state ?? '')) return undefined;
  return { system, state: Number(state), mark, isComplete: complete !== undefined };
}

/** Fails `pond-exists` when anything but a migration changed a directory of the pond since it was migrated. */
export async function requireOnlyMigrated(pond: Pond, base: string): Promise<void> {
  for await (const { operation, number } of pond.log({ path: base, limit: 1 })) {
    if (operation === migrationAuthor) return;
    const where = base === '/' ? `the pond at ${pond.directory}` : `${base} in the pond at ${pond.directory}`;
    throw new PondError('pond-exists', `${where} was changed after it was migrated, in commit ${number}`, {
      path: pond.directory,
      hint: 'Migrate into a new pond, or below another path of this one with --into.',
    });
  }
}
