/** One run of one resource. */
import { isPondError, PondError } from '../../base/error.ts';
import { type Transaction } from '../../pond/types.ts';
import { type WorkingDirectory } from '../../tinyfs/workingDirectory.ts';
import { invalidError } from '../tree/derivedEntries.ts';
import { buildAll } from './buildAll.ts';
import { readResource } from '../readResource.ts';
import { addRecord, failureOf, type RunRecord, type RecordedStatus, withoutSecrets } from './records.ts';
import { documentName, resourceDirectory, titleOf } from '../model/resourcePath.ts';
import { type Resource, type RunContext } from '../model/kind.ts';
import { type RunCounts, type RunOutcome } from '../model/runState.ts';
import { type ResourcePond } from '../tree/resourcePond.ts';

/** Dependencies of a run, except the resource. */
export interface RunEffects {
  readonly author: string;
  readonly env: (name: string) => string | undefined;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}

/** Options of a run. */
export interface ResourceRunOptions {
  readonly effects: RunEffects;
  readonly signal: AbortSignal;
  readonly progress: (message: string, done: number, total?: number) => void;
}

/** Result of a run. */
export interface RunReport {
  readonly resource: Resource;
  readonly record: RunRecord;
  /** The commit with the data and the record; undefined if the record is not committed yet. */
  readonly commit: number | undefined;
  /** True if it did not run because another run of the resource is in progress. */
  readonly isElsewhere?: boolean;
}

const nothing: RunOutcome = { rows: 0, bytes: 0, files: 0, notes: [] };

/**
 * Runs a resource as it is in the latest commit, and commits its output with the record of the run. The record contains
 * the failure, if any. The caller commits the record of a run that wrote nothing, so that records of several runs share
 * a commit. Throws only for programming errors.
 */
export async function runOne(pond: ResourcePond, chosen: Resource, options: ResourceRunOptions): Promise<RunReport> {
  const started = options.effects.now();
  const { env, secrets } = rememberingEnv(options.effects.env);
  const recordOf = (status: RecordedStatus, outcome: RunOutcome, error: PondError | undefined): RunRecord => {
    const record = {
      status,
      started: new Date(started).toISOString(),
      durationMs: options.effects.now() - started,
      rows: outcome.rows,
      bytes: outcome.bytes,
      files: outcome.files,
      notes: outcome.notes,
      error: error === undefined ? null : failureOf(aboutResource(chosen, error)),
    };
    return withoutSecrets(record, [...secrets]);
  };
  const writing = createWriting(pond, chosen, { ...options, effects: { ...options.effects, env } });
  try {
    if (options.signal.aborted) throw new PondError('cancelled', 'the run was cancelled before it began');
    const resource = await asCommitted(pond, chosen);
    const outcome = (await writing.run(resource)) ?? (await buildAll(pond, resource, options));
    const record = recordOf(outcome.failure === undefined ? 'ok' : 'failed', outcome, outcome.failure);
    return { resource, record, commit: await writing.commit(record) };
  } catch (error) {
    await writing.abandon();
    if (!isPondError(error)) throw error;
    const kept = writing.kept();
    return { resource: chosen, record: recordOf(statusOf(error), { ...nothing, ...kept }, error), commit: undefined };
  }
}

/** An environment that records the values it returned: documents use variables for secrets only. */
function rememberingEnv(env: RunEffects['env']): { readonly env: RunEffects['env']; readonly secrets: Set<string> } {
  const secrets = new Set<string>();
  const remembering = (name: string): string | undefined => {
    const value = env(name);
    if (value !== undefined) secrets.add(value);
    return value;
  };
  return { env: remembering, secrets };
}

/** The resource in the latest commit: it may have changed or been deleted since the round began. */
async function asCommitted(pond: ResourcePond, { kind, id, ...chosen }: Resource): Promise<Resource> {
  const home = await readResource(await pond.at(String(pond.head.number)), kind.kind, id);
  if (home === undefined) {
    throw new PondError('resource-not-found', `${kind.kind}/${chosen.name} was deleted before its run began`);
  }
  if (home.resource === undefined) throw invalidError(home);
  return home.resource;
}

function statusOf({ code }: PondError): RecordedStatus {
  return code === 'cancelled' ? 'cancelled' : code === 'resource-not-found' ? 'skipped' : 'failed';
}

/** The failure, located in the resource's document if it names no path of the pond. */
function aboutResource(resource: Resource, failure: PondError): PondError {
  const { code, message, hint, position, cause } = failure;
  // The path of a disk error is a host path.
  const isOfHost = code.startsWith('storage-') || code === 'commit-unknown';
  if (failure.path !== undefined && !isOfHost) return failure;
  return new PondError(code, isOfHost ? `${titleOf(resource)}: ${message}` : message, {
    path: `${resourceDirectory(resource)}/${documentName}`,
    ...(hint === undefined ? {} : { hint }),
    ...(position === undefined ? {} : { position }),
    cause,
  });
}

interface Writing {
  /** Runs the resource; returns undefined for a kind whose runs build its derived content. */
  run(resource: Resource): Promise<RunOutcome | undefined>;
  /** Commits the output of the run with its record; commits nothing and returns undefined if there is no output. */
  commit(record: RunRecord): Promise<number | undefined>;
  abandon(): Promise<void>;
  /** Counts of the data committed at checkpoints. */
  kept(): RunCounts;
}

function createWriting(
  pond: ResourcePond,
  resource: Resource,
  { effects, signal, progress }: ResourceRunOptions,
): Writing {
  const title = titleOf(resource);
  let transaction: Transaction | undefined;
  let kept: RunCounts = { rows: 0, bytes: 0, files: 0 };

  async function home(): Promise<WorkingDirectory> {
    transaction ??= await pond.begin();
    return await (await transaction.fs.root()).openDirectory(resourceDirectory(resource));
  }

  async function end(message: string): Promise<number | undefined> {
    const ending = transaction;
    transaction = undefined;
    return (await ending?.commit({ message, author: effects.author, operation: title }))?.number;
  }

  return {
    async run(resource) {
      const context: RunContext = {
        resource,
        home,
        inputs: await pond.inputs(String(pond.head.number)),
        materializer: pond.workshop,
        signal,
        progress: (message, done, total) => progress(`${title}: ${message}`, done, total),
        env: effects.env,
        now: effects.now,
        async checkpoint(soFar) {
          await end(`${title}: ${soFar.rows} rows so far`);
          kept = soFar;
        },
      };
      return await resource.kind.run?.(context);
    },
    async commit(record) {
      if (transaction === undefined || transaction.isEmpty) {
        await transaction?.abandon();
        transaction = undefined;
        return undefined;
      }
      await addRecord(await home(), record);
      return await end(summaryOf(title, record));
    },
    async abandon() {
      await transaction?.abandon();
      transaction = undefined;
    },
    kept: () => kept,
  };
}

function summaryOf(title: string, { rows, bytes, files }: RunCounts): string {
  const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
  // The notes may be the only output of a run.
  if (rows + files === 0) return `${title}: nothing new`;
  return `${title}: ${rows > 0 ? counted(rows, 'row') : `${counted(files, 'file')}, ${counted(bytes, 'byte')}`}`;
}
