/** Migration of a history into a pond: checks, writes, compares, and reports. */
import { PondError } from '../base/error.ts';
import { type Job } from '../base/job.ts';
import { type Pond } from '../pond/types.ts';
import { type MigratedCounts } from '../protocol/migration.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { type HistoryExtent, type SourceCommit, type SourceHistory, type TreeComparison } from './source.ts';
import { squashed } from './squash.ts';
import { markIn, MigrationWriter, requireOnlyMigrated } from './write.ts';

/** Options of a migration. */
interface MigrationOptions {
  /** 'none' makes one commit of all states that are still to come. */
  readonly history: HistoryExtent;
  /** Absolute path of the directory that the root of the source becomes. */
  readonly base: string;
  readonly job: Job;
}

/** Counts of what a migration wrote. */
export interface Migrated {
  readonly written: MigratedCounts;
  readonly trees: readonly TreeComparison[];
  /** Sentences for people. */
  readonly notes: readonly string[];
}

/** Fails `pond-damaged` when a source has damage, naming the first files. */
export function requireSound({ system, damage }: SourceHistory): void {
  const [first] = damage;
  if (first === undefined) return;
  const shown = damage.slice(0, shownMax).map(({ path, problem }) => `${path}: ${problem}`);
  const more = damage.length > shownMax ? [`and ${damage.length - shownMax} more`] : [];
  throw new PondError('pond-damaged', `the ${system} pond has damage: ${[...shown, ...more].join('; ')}`, {
    path: first.path,
    hint: 'Nothing was written. --skip-damaged leaves these files out and lists them; --dry-run lists everything.',
  });
}

const shownMax = 5;

/** Returns the commits that a migration still has to make. Fails `pond-exists` for another source, or changes by others. */
async function pendingCommits(
  pond: Pond,
  source: SourceHistory,
  { base, history }: MigrationOptions,
): Promise<readonly SourceCommit[]> {
  const mark = await markIn(pond, base);
  if (mark === undefined) return history === 'none' ? squashed(source.commits) : source.commits;
  await requireOnlyMigrated(pond, base);
  const index = source.commits.findIndex(({ number }) => number === mark.state);
  if (source.commits[index]?.mark !== mark.mark || source.system !== mark.system) {
    throw new PondError('pond-exists', `the pond at ${pond.directory} was migrated from another source`, {
      path: pond.directory,
      hint: 'Migrate into a new pond, or below a path of this one with --into.',
    });
  }
  const pending = source.commits.slice(index + 1);
  return history === 'none' ? squashed(pending) : pending;
}

/**
 * Writes a source into a pond. Interrupted after any commit, another call goes on there. Fails as the pond,
 * `pond-exists` and `cancelled`.
 */
export async function migrate(pond: Pond, source: SourceHistory, options: MigrationOptions): Promise<Migrated> {
  const { base, job } = options;
  const last = source.commits.at(-1);
  const writer = new MigrationWriter(pond, { base, system: source.system, job });
  const pending = await pendingCommits(pond, source, options);
  for (const [index, commit] of pending.entries()) {
    job.progress?.('migrating', index, pending.length);
    await writer.commit(commit);
  }
  const isComplete = pending.length === 0 && (await markIn(pond, base))?.isComplete === true;
  if (last === undefined || isComplete) return { written: writer.counts, trees: [], notes: [] };
  job.progress?.('comparing hashes', pending.length, pending.length);
  const trees = await source.compare(await baseOf(pond, base));
  const final = await source.finish(await baseOf(pond, base));
  await writer.finish(final, last);
  return { written: writer.counts, trees, notes: final.notes };
}

async function baseOf(pond: Pond, base: string): Promise<WorkingDirectory> {
  return await (await pond.fs.root()).openDirectory(base);
}
