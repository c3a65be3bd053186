/** What the editor says of resources and their runs, in words. */
import { type ResourceInfo, type RunInfo } from '../../../server/src/protocol/resources.ts';

/** What a resource is at, the most pressing first. */
export type ResourceState =
  'running' | 'broken' | 'failed' | 'staged' | 'changed' | 'cancelled' | 'skipped' | 'new' | 'ok';

/** How far a run is. */
export interface RunProgress {
  readonly message: string;
  readonly done: number;
  readonly total?: number;
}

/** How people name a resource: `Derive/daily`. */
export function titleOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kind}/${name}`;
}

/** What a resource does in a run that is under way. */
export interface Running {
  /** How far it is; undefined when it does not run. */
  readonly progress: RunProgress | undefined;
  /** How it ended, while its record is still to come. */
  readonly ended: RunInfo['status'] | undefined;
}

export const idle: Running = { progress: undefined, ended: undefined };

/** What a resource is at. */
export function stateOf(resource: ResourceInfo, { progress, ended }: Running): ResourceState {
  if (progress !== undefined) return 'running';
  if (ended !== undefined) return ended;
  if (resource.problems.some(({ severity }) => severity === 'error')) return 'broken';
  const status = resource.lastRun?.status;
  if (status === 'failed') return 'failed';
  if (resource.state !== 'committed') return resource.state;
  return status ?? 'new';
}

/** What stands behind the name of a resource: its next state and its last run. */
export function summaryOf(resource: ResourceInfo, { progress, ended }: Running, nowMs: number): string {
  if (progress !== undefined) return progressText(progress);
  if (ended !== undefined) return ended;
  const errors = resource.problems.filter(({ severity }) => severity === 'error').length;
  return [
    ...(errors === 0 ? [] : [count(errors, 'problem')]),
    ...(resource.state === 'committed' ? [] : [resource.state]),
    ...(resource.lastRun === null ? neverRun(resource) : [runText(resource.lastRun, nowMs)]),
  ].join(' · ');
}

/** The outcome of a run, how long ago it was, and what it brought. */
export function runText(run: RunInfo, nowMs: number): string {
  const when = ago(Date.parse(run.started), nowMs);
  if (run.status !== 'ok') return `${run.status} ${when}`;
  // Most runs bring nothing new: to say so in each row would hide those that did.
  return run.rows + run.files > 0 ? `${when} · ${broughtText(run)}` : when;
}

/** What a run brought: rows, else files, else that nothing was new. */
export function broughtText({ rows, files }: { readonly rows: number; readonly files: number }): string {
  if (rows > 0) return count(rows, 'row');
  return files > 0 ? count(files, 'file') : 'nothing new';
}

/** How far a run is: its message, and the count unless the message has it. */
export function progressText({ message, done, total }: RunProgress): string {
  if (total === undefined || total === 0) return message;
  return `${message} (${done.toLocaleString('en')} of ${total.toLocaleString('en')})`;
}

/** How long ago a time was, in whole units; its date when it was more than four weeks ago. */
export function ago(thenMs: number, nowMs: number): string {
  const minutes = Math.floor((nowMs - thenMs) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 60 * 24) return `${Math.floor(minutes / 60)} h ago`;
  const days = Math.floor(minutes / 60 / 24);
  return days <= 28 ? `${count(days, 'day')} ago` : new Date(thenMs).toISOString().slice(0, 10);
}

/** A duration with two or three digits. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** A size in the largest unit that leaves a whole number before the point. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1024)));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** `1 row`, `1,234 rows`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

function neverRun({ state }: ResourceInfo): readonly string[] {
  return state === 'staged' ? [] : ['never run'];
}
