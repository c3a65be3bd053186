import { isUrl } from '../base/url.ts';
import { PondError } from '../base/error.ts';
import { type Job } from '../base/job.ts';
import { migrate as migrateInto, type Migrated, requireSound } from '../migrate/migrate.ts';
import { openSource } from '../migrate/openSource.ts';
import { type SourceHistory } from '../migrate/source.ts';
import { markIn } from '../migrate/write.ts';
import { initPond, openPond } from '../pond/pond.ts';
import { type Pond } from '../pond/types.ts';
import { type MigrationInfo } from '../protocol/migration.ts';
import { type Params } from '../protocol/commands.ts';
import { readResources } from '../resources/readResource.ts';
import { hostPondStorage } from '../storage/hostPondStorage.ts';
import { normalizePath, joinPath } from '../tinyfs/path.ts';
import { isInside, requirePondDirectory } from './hostPaths.ts';
import { isoTime } from './info.ts';
import { SandboxTextParser } from './textParser.ts';
import { type PondAccess, type PondsCommand } from './verb.ts';

/**
 * Migrates a pond of an older system. Fails `pond-damaged` for a damaged source unless damage is skipped, `pond-exists` for
 * a directory with another pond, and as openSource.
 */
export const migrate: PondsCommand<'migrate'> = async (ponds, params, job = {}) => {
  const { source: location, directory, dryRun = false } = params;
  if (!dryRun && !isUrl(location)) requireApart(location, directory);
  const parser = params.parse === true ? new SandboxTextParser(ponds.builder, job) : undefined;
  try {
    const source = await openSource(location, job, { history: params.history, parser });
    return await migrateFrom(source, { ponds, params, job });
  } finally {
    parser?.close();
  }
};

interface Migration {
  readonly ponds: PondAccess;
  readonly params: Params<'migrate'>;
  readonly job: Job;
}

async function migrateFrom(source: SourceHistory, { ponds, params, job }: Migration): Promise<MigrationInfo> {
  const { directory, dryRun = false, skipDamaged = false } = params;
  try {
    if (dryRun) return infoOf(source, { pond: undefined, migrated: nothing, problems: [] });
    if (!skipDamaged) requireSound(source);
    await ponds.close(directory);
    return await migrateSource(source, params, job);
  } finally {
    source.close();
  }
}

async function migrateSource(source: SourceHistory, params: Params<'migrate'>, job: Job): Promise<MigrationInfo> {
  const pond = await openTarget(source, params);
  try {
    const migrated = await migrateInto(pond, source, { history: params.history, base: baseOf(params), job });
    return infoOf(source, { pond, migrated, problems: baseOf(params) === '/' ? await documentProblems(pond) : [] });
  } finally {
    await pond.close();
  }
}

const nothing: Migrated = {
  written: { commits: 0, directories: 0, versions: 0, links: 0, moves: 0, bytes: 0, unchanged: 0 },
  trees: [],
  notes: [],
};

/** Fails `invalid-path` when one folder is in the other: the source is only read. */
function requireApart(source: string, directory: string): void {
  if (!isInside(source, directory) && !isInside(directory, source)) return;
  throw new PondError(
    'invalid-path',
    `the new pond at ${directory} and the source at ${source} are inside each other`,
    {
      path: directory,
      hint: 'Name a folder outside the source.',
    },
  );
}

function baseOf({ into = '/' }: Params<'migrate'>): string {
  return joinPath('/', ...normalizePath(into).names);
}

/** Opens the pond to write into: a new one, one that a migration began, or any one for a path below it. */
async function openTarget(source: SourceHistory, params: Params<'migrate'>): Promise<Pond> {
  const { directory, into } = params;
  const storage = hostPondStorage(directory);
  if (into === undefined && storage.disk.stat('_delta_log') === undefined) {
    requirePondDirectory(storage.openDisk, directory);
    const [first] = source.commits;
    return await initPond(storage, { author: 'migrate', ...(first && { timeUs: first.timeUs - 1 }) });
  }
  const pond = await openPond(storage, { mode: 'write' });
  try {
    await requireFree(pond, baseOf(params));
    return pond;
  } catch (error) {
    await pond.close();
    throw error;
  }
}

/** Fails `pond-exists` and `already-exists` where something else than a migration is. */
async function requireFree(pond: Pond, base: string): Promise<void> {
  if ((await markIn(pond, base)) !== undefined) return;
  const root = await pond.fs.root();
  const isEmpty = !(await root.exists(base)) || (await root.list(base)).length === 0;
  if (isEmpty && base !== '/') return;
  if (isEmpty && pond.head.operation === 'init') return;
  const code = base === '/' ? 'pond-exists' : 'already-exists';
  throw new PondError(code, `${base} in the pond at ${pond.directory} has content of its own`, {
    path: pond.directory,
    hint: 'Name a folder that does not exist, or a path without content with --into.',
  });
}

async function documentProblems(pond: Pond): Promise<MigrationInfo['problems']> {
  return (await readResources(pond.fs)).flatMap(({ kind, name, problems }) =>
    problems.map(({ message }) => ({ resource: `${kind.kind}/${name}`, message })),
  );
}

interface Outcome {
  readonly pond: Pond | undefined;
  readonly migrated: Migrated;
  readonly problems: MigrationInfo['problems'];
}

function infoOf(source: SourceHistory, { pond, migrated, problems }: Outcome): MigrationInfo {
  const { system, commits, damage, left, secrets, notes } = source;
  const [first, last] = [commits[0], commits.at(-1)];
  return {
    ...{ system, damage, skipped: left, problems },
    pond: pond?.directory ?? null,
    states: first && last ? { count: commits.length, first: isoTime(first.timeUs), last: isoTime(last.timeUs) } : null,
    written: migrated.written,
    trees: migrated.trees,
    notes: [...notes, ...migrated.notes],
    secrets: [...secrets].map(([variable, resources]) => ({ variable, resources })),
  };
}
