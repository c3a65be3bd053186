/** User-visible texts about resources and their runs. */
import { type ResourceInfo, type RunInfo } from '../../../server/src/protocol/resources.ts';
import { countText, numberText } from '../numberStrings.ts';
import { ago, elapsedText } from '../timeStrings.ts';

/** State of a resource, the most urgent first. */
export type ResourceState = UrgentState | 'staged' | 'changed' | 'cancelled' | 'skipped' | 'new' | 'ok';

/** States that a person has to look at. */
type UrgentState = 'running' | 'broken' | 'failed';

/** Progress of a run. */
export interface RunProgress {
  readonly message: string;
  readonly done: number;
  readonly total?: number;
}

/** Title of a resource: `Derive/daily`. */
export function titleOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kind}/${name}`;
}

/** State of a resource in a pending run. */
export interface Running {
  /** Progress; undefined when it is not running. */
  readonly progress: RunProgress | undefined;
  /** Status at its end, until its run record arrives. */
  readonly ended: RunInfo['status'] | undefined;
}

export const idle: Running = { progress: undefined, ended: undefined };

/** State of a resource. */
export function stateOf(resource: ResourceInfo, { progress, ended }: Running): ResourceState {
  if (progress !== undefined) return 'running';
  if (ended !== undefined) return ended;
  if (resource.problems.some(({ severity }) => severity === 'error')) return 'broken';
  const status = resource.lastRun?.status;
  if (status === 'failed') return 'failed';
  if (resource.state !== 'committed') return resource.state;
  return status ?? 'new';
}

/** Text after the name of a resource: its pending state and its last run. */
export function summaryOf(resource: ResourceInfo, { progress, ended }: Running, nowMs: number): string {
  if (progress !== undefined) return progressText(progress);
  if (ended !== undefined) return ended;
  const errors = resource.problems.filter(({ severity }) => severity === 'error').length;
  return [
    ...(errors === 0 ? [] : [countText(errors, 'problem')]),
    ...(resource.state === 'committed' ? [] : [resource.state]),
    ...ranText(resource, nowMs),
  ].join(' · ');
}

/** Text on the last run. The state of a copy has its age, so that a run that ended well says no more. */
function ranText(resource: ResourceInfo, nowMs: number): readonly string[] {
  const { lastRun, backup } = resource;
  const isEnough = backup !== null && (lastRun === null || lastRun.status === 'ok');
  const ran = lastRun === null ? neverRun(resource) : [runText(lastRun, nowMs)];
  return [...(isEnough ? [] : ran), ...(backup === null ? [] : [backup])];
}

/** Outcome of a run, its age, and the amount of new data. */
export function runText(run: RunInfo, nowMs: number): string {
  const when = ago(Date.parse(run.started), nowMs);
  if (run.status !== 'ok') return `${run.status} ${when}`;
  // Most runs fetch nothing new: stating so in each row would hide those that did.
  return run.rows + run.files > 0 ? `${when} · ${newDataText(run)}` : when;
}

/** New data of a run: rows, else files, else a text that nothing was new. */
export function newDataText({ rows, files }: { readonly rows: number; readonly files: number }): string {
  if (rows > 0) return countText(rows, 'row');
  return files > 0 ? countText(files, 'file') : 'nothing new';
}

/** Progress of a run: its message, with the count unless the message contains it. */
export function progressText({ message, done, total }: RunProgress): string {
  if (total === undefined || total === 0) return message;
  return `${message} (${numberText(done)} of ${numberText(total)})`;
}

/** A duration with two or three digits. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : elapsedText(Math.round(ms / 1000) * 1000);
}

/** A size in the largest unit that leaves a whole number before the point. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1024)));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

function neverRun({ state }: ResourceInfo): readonly string[] {
  return state === 'staged' ? [] : ['never run'];
}
