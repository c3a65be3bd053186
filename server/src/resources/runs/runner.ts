/**
 * Runs resources of the latest commit: each after the resources it reads from, unrelated ones concurrently. A failed
 * resource stops only the resources that read from it.
 */
import { PondError } from '../../base/error.ts';
import { type Job } from '../../base/job.ts';
import { createSemaphore } from '../../base/semaphore.ts';
import { commitRecords } from './commitRecords.ts';
import { type Graph, withoutCycles } from '../graph.ts';
import { createRunLocks, type RunLocks } from './runLocks.ts';
import { invalidError, readResources, type StoredResource, resourcesOf } from '../readResource.ts';
import { failureOf, type RunRecord } from './records.ts';
import { titleOf } from '../model/resourcePath.ts';
import { type Resource } from '../model/kind.ts';
import { copyRecordsOperation } from '../model/runState.ts';
import { type ResourcePond } from '../tree/resourcePond.ts';
import { type RunEffects, runOne, type RunReport } from './runOne.ts';
import { selectResources } from '../select.ts';

/** Maximum number of resources that run concurrently. */
const concurrencyMax = 4;

/** Resources to run, and options. */
interface RunRequest extends Required<Job> {
  /** By NAME, KIND/NAME or UUID; all if undefined. */
  readonly names?: readonly string[];
  readonly effects: RunEffects;
}

/** A run that ended, with its resource. */
export interface RunResult {
  readonly kind: string;
  readonly name: string;
  readonly id: string;
  readonly record: RunRecord;
  /** Number of the commit with the data; undefined if there was no new data. */
  readonly commit: number | undefined;
  /** True if another run of the resource is in progress, which will have a record. */
  readonly isElsewhere: boolean;
  /** Number of runs without a record since the latest record, this one included; 0 if it has a record. */
  readonly unrecorded: number;
}

/** Locks on resource directories, by pond. */
const locksOf = new WeakMap<ResourcePond, RunLocks>();

/**
 * Runs resources once. Fails `resource-not-found` for an unknown name before anything runs; failures of a run,
 * including cycles, are in its record. Results are in the order of completion, and each is reported as progress,
 * `KIND/NAME: ok`.
 */
export async function runResources(pond: ResourcePond, request: RunRequest): Promise<readonly RunResult[]> {
  await pond.refresh();
  const selected = selectResources(await readResources(await pond.at(String(pond.head.number))), request.names);
  const results: RunResult[] = [];
  const end = (result: RunResult): void => {
    results.push(result);
    const { kind, name, record } = result;
    request.progress(`${kind}/${name}: ${record.status}`, results.length, selected.length);
  };
  // A copy of the pond has the records of the runs before it.
  const copies = selected.filter(({ kind }) => kind.copyState !== undefined);
  const others = selected.filter((stored) => !copies.includes(stored));
  const ended = [
    ...(await runPart(pond, others, { ...request, operation: 'run', end })),
    ...(await runPart(pond, copies, { ...request, operation: copyRecordsOperation, end })),
  ];
  if (request.names === undefined) pond.localRecords.keepOnly(selected.map(({ id }) => id));
  return ended;
}

interface PartRequest extends RunRequest {
  /** Operation of the commit of the records of runs without data. */
  readonly operation: string;
  /** Called with each result. */
  readonly end: (result: RunResult) => void;
}

/** Runs resources, and commits the records of the runs without data. */
async function runPart(
  pond: ResourcePond,
  selected: readonly StoredResource[],
  request: PartRequest,
): Promise<readonly RunResult[]> {
  const { now } = request.effects;
  const locks = locksOf.get(pond) ?? createRunLocks();
  locksOf.set(pond, locks);
  const { graph, cyclic } = withoutCycles(resourcesOf(selected));
  const results: RunResult[] = [];
  const end = (result: RunResult): void => {
    results.push(result);
    request.end(result);
  };
  for (const stored of selected) if (stored.resource === undefined) end(refused(stored, now()));
  for (const { resource, error } of cyclic) end(resultOf(notRun('failed', resource, error, now())));
  const outcomes = await runInOrder(graph, async (resource, sources) => {
    const failed = sources.filter(({ record }) => record.status !== 'ok');
    const report =
      unready(resource, failed, now()) ??
      (await locks.run(resource.id, () => runOne(pond, resource, request))) ??
      busy(resource, now());
    end(resultOf(report));
    return report;
  });
  const pending = results.filter(({ commit, isElsewhere }) => commit === undefined && !isElsewhere);
  const ids = pending.map(({ id }) => id);
  const { failure, unrecorded } = await locks.note(ids, () => commitRecords(pond, pending, request));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return results.map((result) => {
    const recorded = { ...result, unrecorded: unrecorded.get(result.id) ?? 0 };
    return failure === undefined || recorded.unrecorded > 0 ? recorded : withoutRecord(recorded, pending, failure);
  });
}

/** Runs each resource of a graph with the reports of the resources it reads from, once all of these have ended. */
async function runInOrder(
  graph: Graph,
  run: (resource: Resource, sources: readonly RunReport[]) => Promise<RunReport>,
): Promise<readonly PromiseSettledResult<RunReport>[]> {
  const reports = new Map<Resource, Promise<RunReport>>();
  const inSlot = createSemaphore(concurrencyMax);
  for (const resource of graph.inOrder()) {
    const sources = Promise.all(graph.sourcesOf(resource).map((source) => reports.get(source)!));
    // A run that waits for others takes no slot in the meantime.
    const report = sources.then((ended) => inSlot(() => run(resource, ended)));
    reports.set(resource, report);
  }
  return await Promise.allSettled(reports.values());
}

function resultOf({ resource, record, commit, isElsewhere = false }: RunReport): RunResult {
  return { kind: resource.kind.kind, name: resource.name, id: resource.id, record, commit, isElsewhere, unrecorded: 0 };
}

/** Adds to a result that its record could not be stored. */
function withoutRecord(result: RunResult, pending: readonly RunResult[], { message }: PondError): RunResult {
  if (!pending.some(({ id }) => id === result.id)) return result;
  const notes = [...result.record.notes, `the record of this run could not be kept: ${message}`];
  return { ...result, record: { ...result.record, notes } };
}

function refused(stored: StoredResource, nowMs: number): RunResult {
  const record = recordWithout('failed', nowMs, invalidError(stored));
  const { kind, name, id } = stored;
  return { kind: kind.kind, name, id, record, commit: undefined, isElsewhere: false, unrecorded: 0 };
}

function busy(resource: Resource, nowMs: number): RunReport {
  const error = new PondError('run-failed', `${titleOf(resource)} is running already`);
  return { ...notRun('skipped', resource, error, nowMs), isElsewhere: true };
}

/** Returns the reason why a resource cannot run, as a report; undefined if it can. */
function unready(resource: Resource, failed: readonly RunReport[], nowMs: number): RunReport | undefined {
  if (failed.length === 0) return undefined;
  const names = failed.map((report) => titleOf(report.resource)).join(', ');
  const error = new PondError('run-failed', `${titleOf(resource)} was not run, as ${names} did not end well`);
  return notRun('skipped', resource, error, nowMs);
}

function notRun(status: 'failed' | 'skipped', resource: Resource, error: PondError, nowMs: number): RunReport {
  return { resource, record: recordWithout(status, nowMs, error), commit: undefined };
}

/** The record of a resource that did not run. */
function recordWithout(status: 'failed' | 'skipped', nowMs: number, error: PondError): RunRecord {
  const started = new Date(nowMs).toISOString();
  return { status, started, durationMs: 0, rows: 0, bytes: 0, files: 0, notes: [], error: failureOf(error) };
}
