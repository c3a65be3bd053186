/**
 * Runs resources of the newest commit: each after those that it reads of, unrelated ones side by side. One that fails
 * keeps those that read of it from running, and no others.
 */
import { PondError } from '../base/error.ts';
import { createGraph, cycleError, type Graph } from './graph.ts';
import { invalidError } from './derivedEntries.ts';
import { readHomes, type ResourceHome } from './readResource.ts';
import { addRecord, failureOf, type RunRecord } from './records.ts';
import { homeOf, titleOf } from './resource.ts';
import { type Resource } from './kind.ts';
import { type ResourcePond } from './resourcePond.ts';
import { type Ran, type RunEffects, runOne, type RunOptions } from './runOne.ts';
import { selectHomes } from './select.ts';

/** How many resources run at a time. */
const sideBySideMax = 4;

/** What is to run. */
export interface RunRequest {
  /** By NAME, KIND/NAME or UUID; all when undefined. */
  readonly names?: readonly string[];
  readonly effects: RunEffects;
  readonly signal: AbortSignal;
  readonly progress: RunOptions['progress'];
}

/** A run that ended, with what it was a run of. */
export interface RunResult {
  readonly kind: string;
  readonly name: string;
  readonly id: string;
  readonly record: RunRecord;
  /** Number of the commit with the data; undefined when there was nothing new. */
  readonly commit: number | undefined;
}

/** Resources that are running, by pond: a second run of one would repeat what the first does. */
const running = new WeakMap<ResourcePond, Set<string>>();

/**
 * Runs resources once. Fails `resource-not-found` for a name before anything runs; what fails in a run, or for a cycle, is in
 * its record. Results are in the order of ending.
 */
export async function runResources(pond: ResourcePond, request: RunRequest): Promise<readonly RunResult[]> {
  await pond.refresh();
  const homes = selectHomes(await readHomes(await pond.at(String(pond.head.number))), request.names);
  const { effects } = request;
  const invalid = homes.filter(({ resource }) => resource === undefined);
  const { graph, circular } = withoutCycles(
    homes.flatMap(({ resource }) => (resource === undefined ? [] : [resource])),
  );
  const results: RunResult[] = invalid.map((home) => refused(home, effects.now()));
  const pending = circular.map(({ resource, error }) => notRun('failed', resource, error, effects.now()));
  results.push(...pending.map(resultOf));
  const ended = new Map<Resource, Promise<Ran>>();
  const slots = createSlots(sideBySideMax);
  for (const resource of graph.inOrder()) {
    const before = graph.sourcesOf(resource).map((source) => ended.get(source)!);
    ended.set(
      resource,
      slots(before, async () => {
        const failed = (await Promise.all(before)).filter(({ record }) => record.status !== 'ok');
        const ran =
          failed.length > 0 ? skipped(resource, failed, effects.now()) : await runAlone(pond, resource, request);
        if (ran.commit === undefined) pending.push(ran);
        results.push(resultOf(ran));
        return ran;
      }),
    );
  }
  await Promise.all(ended.values());
  await commitRecords(pond, pending, effects);
  return results;
}

/** A resource that closes a circle. */
interface Circular {
  readonly resource: Resource;
  readonly error: PondError;
}

/** Resources, and those apart that keep them from being in order. */
export interface Acyclic {
  readonly graph: Graph;
  readonly circular: readonly Circular[];
}

/** Returns the graph of the resources without those that close a circle. */
export function withoutCycles(all: readonly Resource[]): Acyclic {
  const circular: Circular[] = [];
  for (let resources = all; ;) {
    const graph = createGraph(resources);
    const cycle = graph.cycle();
    if (cycle === undefined) return { graph, circular };
    circular.push({ resource: cycle.resource, error: cycleError(cycle) });
    resources = resources.filter((resource) => resource !== cycle.resource);
  }
}

async function runAlone(pond: ResourcePond, resource: Resource, request: RunRequest): Promise<Ran> {
  const busy = running.get(pond) ?? new Set();
  running.set(pond, busy);
  if (busy.has(resource.id)) {
    const error = new PondError('run-failed', `${titleOf(resource)} is running already`);
    return notRun('skipped', resource, error, request.effects.now());
  }
  busy.add(resource.id);
  try {
    return await runOne(pond, resource, request);
  } finally {
    busy.delete(resource.id);
  }
}

/** Records of runs that brought nothing, in one commit. A home that is gone takes its records with it. */
async function commitRecords(pond: ResourcePond, runs: readonly Ran[], { author }: RunEffects): Promise<void> {
  if (runs.length === 0) return;
  const transaction = await pond.begin();
  try {
    const root = await transaction.fs.root();
    for (const { resource, record } of runs) {
      const home = homeOf(resource);
      if (await root.exists(home)) await addRecord(await root.openDirectory(home), record);
    }
    const [only] = runs;
    const what = runs.length === 1 && only !== undefined ? titleOf(only.resource) : `${runs.length} resources`;
    await transaction.commit({ message: `run ${what}: ${endings(runs)}`, author, operation: 'run' });
  } catch (error) {
    await transaction.abandon();
    throw error;
  }
}

/** How runs ended, in words: "2 ok, 1 failed". */
function endings(runs: readonly Ran[]): string {
  const counts = new Map<string, number>();
  for (const { record } of runs) counts.set(record.status, (counts.get(record.status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${status === 'ok' ? 'with nothing new' : status}`).join(', ');
}

function resultOf({ resource, record, commit }: Ran): RunResult {
  return { kind: resource.kind.kind, name: resource.name, id: resource.id, record, commit };
}

function refused(home: ResourceHome, nowMs: number): RunResult {
  const record = recordWithout('failed', nowMs, invalidError(home));
  return { kind: home.kind.kind, name: home.name, id: home.id, record, commit: undefined };
}

function skipped(resource: Resource, failed: readonly Ran[], nowMs: number): Ran {
  const names = failed.map((ran) => titleOf(ran.resource)).join(', ');
  const error = new PondError('run-failed', `${titleOf(resource)} was not run, as ${names} did not end well`);
  return notRun('skipped', resource, error, nowMs);
}

function notRun(status: 'failed' | 'skipped', resource: Resource, error: PondError, nowMs: number): Ran {
  return { resource, record: recordWithout(status, nowMs, error), commit: undefined };
}

/** The record of what did not run. */
function recordWithout(status: 'failed' | 'skipped', nowMs: number, error: PondError): RunRecord {
  const started = new Date(nowMs).toISOString();
  return { status, started, durationMs: 0, rows: 0, bytes: 0, files: 0, notes: [], error: failureOf(error) };
}

/** Runs work in at most so many slots; what waits for other work takes none meanwhile. */
function createSlots(count: number) {
  let free = count;
  const waiting: (() => void)[] = [];
  return async <T>(after: readonly Promise<unknown>[], work: () => Promise<T>): Promise<T> => {
    await Promise.all(after);
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
