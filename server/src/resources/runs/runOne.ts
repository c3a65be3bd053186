/** One run of one resource. */
import { plural } from '../../base/plural.ts';
import { throwIfCancelled } from '../../base/cancelled.ts';
import { isPondError, PondError } from '../../base/error.ts';
import { type Job } from '../../base/job.ts';
import { type RunStatus } from '../../protocol/resources.ts';
import { type Transaction } from '../../pond/types.ts';
import { type WorkingDirectory } from '../../tinyfs/workingDirectory.ts';
import { buildAll } from './buildAll.ts';
import { invalidError, readResource } from '../readResource.ts';
import { addRecord, failureOf, type RunRecord, withoutSecrets } from './records.ts';
import { documentName, resourceDirectory, titleOf } from '../model/resourcePath.ts';
import { type Grants } from '../model/grants.ts';
import { requireAllowed } from '../model/hostAccess.ts';
import { type Resource, type RunContext } from '../model/kind.ts';
import { type RunCounts, type RunOutcome } from '../model/runState.ts';
import { type ResourcePond } from '../tree/resourcePond.ts';

/** Dependencies of a run, except the resource. */
export interface RunEffects {
  readonly author: string;
  readonly env: (name: string) => string | undefined;
  /** Accesses to the host that the person allowed. */
  readonly grants: Pick<Grants, 'has'>;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}

/** Options of a run. */
interface ResourceRunOptions extends Required<Job> {
  readonly effects: RunEffects;
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
  const { env, secrets } = recordingEnv(options.effects.env);
  const output = new RunOutput(pond, chosen, { ...options, effects: { ...options.effects, env } });
  const recordOf = (status: RunStatus, outcome: RunOutcome, error: PondError | undefined): RunRecord => {
    const { rows, bytes, files, notes } = outcome;
    const durationMs = options.effects.now() - started;
    const failure = error === undefined ? null : failureOf(aboutResource(chosen, error));
    const time = new Date(started).toISOString();
    return withoutSecrets({ status, started: time, durationMs, rows, bytes, files, notes, error: failure }, [
      ...secrets,
    ]);
  };
  try {
    throwIfCancelled(options.signal, 'the run');
    const resource = await asCommitted(pond, chosen);
    requireAllowed(pond.id, resource, options.effects.grants);
    const outcome = (await output.write(resource)) ?? (await buildAll(pond, resource, options));
    const record = recordOf(outcome.failure === undefined ? 'ok' : 'failed', outcome, outcome.failure);
    const commit = await output.commit(record, outcome.summary);
    outcome.onCommitted?.(pond.head.number);
    return { resource, record, commit };
  } catch (error) {
    await output.abandon();
    if (!isPondError(error)) throw error;
    const record = recordOf(statusOf(error), { ...nothing, ...output.committed }, error);
    return { resource: chosen, record, commit: undefined };
  }
}

/** An environment that records the values it returned: documents use variables for secrets only. */
function recordingEnv(env: RunEffects['env']): { readonly env: RunEffects['env']; readonly secrets: Set<string> } {
  const secrets = new Set<string>();
  const recording = (name: string): string | undefined => {
    const value = env(name);
    if (value !== undefined) secrets.add(value);
    return value;
  };
  return { env: recording, secrets };
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

function statusOf({ code }: PondError): RunStatus {
  return code === 'cancelled' ? 'cancelled' : code === 'resource-not-found' ? 'skipped' : 'failed';
}

/** The failure, located in the resource's document if it names no path of the pond. */
function aboutResource(resource: Resource, failure: PondError): PondError {
  const { code, message } = failure;
  // The path of a disk error is a host path.
  const isOfHost = code.startsWith('storage-') || code === 'commit-unknown';
  if (failure.path !== undefined && !isOfHost) return failure;
  return failure.with({
    message: isOfHost ? `${titleOf(resource)}: ${message}` : message,
    path: `${resourceDirectory(resource)}/${documentName}`,
  });
}

/** Output of a run: a transaction at a time, committed at checkpoints and at the end. */
class RunOutput {
  readonly #pond: ResourcePond;
  readonly #resource: Resource;
  readonly #options: ResourceRunOptions;
  readonly #title: string;
  #transaction: Transaction | undefined;
  #committed: RunCounts = { rows: 0, bytes: 0, files: 0 };

  constructor(pond: ResourcePond, resource: Resource, options: ResourceRunOptions) {
    this.#pond = pond;
    this.#resource = resource;
    this.#options = options;
    this.#title = titleOf(resource);
  }

  /** Counts of the data committed at checkpoints. */
  get committed(): RunCounts {
    return this.#committed;
  }

  /** Runs a collector, which writes into the transaction; returns undefined for a kind whose runs build its content. */
  async write(resource: Resource): Promise<RunOutcome | undefined> {
    const { effects, signal, progress } = this.#options;
    const context: RunContext = {
      resource,
      home: () => this.#directory(),
      inputs: this.#pond.layer.inputs(await this.#pond.at(String(this.#pond.head.number))),
      pond: this.#pond,
      materializer: this.#pond.layer.materializer,
      signal,
      progress: (message, done, total) => progress(`${this.#title}: ${message}`, done, total),
      env: effects.env,
      now: effects.now,
      checkpoint: async (soFar) => {
        await this.#end(`${this.#title}: ${plural(soFar.rows, 'row')} so far`);
        this.#committed = soFar;
      },
    };
    return await resource.kind.run?.(context);
  }

  /** Commits the output with the record of the run; commits nothing and returns undefined if there is no output. */
  async commit(record: RunRecord, summary: string | undefined): Promise<number | undefined> {
    if (this.#transaction === undefined || this.#transaction.isEmpty) {
      await this.abandon();
      return undefined;
    }
    await addRecord(await this.#directory(), record);
    return await this.#end(summary ?? summaryOf(this.#title, record));
  }

  async abandon(): Promise<void> {
    await this.#transaction?.abandon();
    this.#transaction = undefined;
  }

  /** The resource directory in the transaction, which begins if there is none. */
  async #directory(): Promise<WorkingDirectory> {
    const home = resourceDirectory(this.#resource);
    if (this.#transaction === undefined) {
      this.#transaction = await this.#pond.begin();
      this.#pond.layer.allowRun(this.#transaction.fs, home);
    }
    return await (await this.#transaction.fs.root()).openDirectory(home);
  }

  async #end(message: string): Promise<number | undefined> {
    const ending = this.#transaction;
    this.#transaction = undefined;
    const { author } = this.#options.effects;
    return (await ending?.commit({ message, author, operation: this.#title }))?.number;
  }
}

function summaryOf(title: string, { rows, bytes, files }: RunCounts): string {
  // The notes may be the only output of a run.
  if (rows + files === 0) return `${title}: nothing new`;
  return `${title}: ${rows > 0 ? plural(rows, 'row') : `${plural(files, 'file')}, ${plural(bytes, 'byte')}`}`;
}
