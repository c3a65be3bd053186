/**
 * Decides whether what processes did at the same time equals what they would have done one after the other: an order of
 * the operations that explains every answer, every commit and the files at the end.
 */
import { type FileOperation, moved, source } from './processPlan.ts';

/** Values of the files that there are, by path. */
export type Files = Readonly<Record<string, string>>;

/** A commit, with the files that it has. */
export interface CommitState {
  readonly message: string;
  readonly files: Files;
}

/** A pond: its latest commit, and its working tree. */
export interface PondFiles {
  readonly committed: Files;
  readonly working: Files;
}

/** An operation with its answer and the time it took. */
export interface FileEvent {
  readonly operation: FileOperation;
  /** Times in one process; the end is infinite when there was no answer. */
  readonly startMs: number;
  readonly endMs: number;
  /**
   * 'unknown' without an answer. A failure carries out nothing; its code must be true of the pond at that time. The answer
   * of a read is the value of the file.
   */
  readonly answer: 'ok' | 'unknown' | { readonly failed: string } | { readonly read: string };
  /** Whether the process that carried it out may have died, so that another one did it again. */
  readonly isRepeated: boolean;
}

/** All that was observed of a round. */
export interface Round {
  readonly before: PondFiles;
  readonly events: readonly FileEvent[];
  /** The commits of files made meanwhile, oldest first. */
  readonly commits: readonly CommitState[];
  readonly after: PondFiles;
}

interface State extends PondFiles {
  /** Number of commits made. */
  readonly made: number;
}

/** Returns whether an order of the events explains a round. */
export function isExplained({ before, events, commits, after }: Round): boolean {
  const repeated = events
    .filter(({ isRepeated }) => isRepeated)
    .map((event) => ({ ...event, answer: 'unknown' as const }));
  const all = [...events, ...repeated];
  const seen = new Set<string>();
  const search = (pending: readonly FileEvent[], state: State): boolean => {
    const key = JSON.stringify([pending.map((event) => all.indexOf(event)), entriesOf(state), state.made]);
    if (seen.has(key)) return false;
    seen.add(key);
    const isDone = pending.every(({ answer }) => answer === 'unknown') && state.made === commits.length;
    if (isDone && areEqual(state.working, after.working) && areEqual(state.committed, after.committed)) return true;
    // An operation that began after another one was answered comes after it.
    const endMs = Math.min(...pending.filter(({ answer }) => answer !== 'unknown').map((event) => event.endMs));
    return pending.some((event) => {
      if (event.startMs > endMs) return false;
      const next = apply(event, state, commits);
      return (
        next !== undefined &&
        search(
          pending.filter((other) => other !== event),
          next,
        )
      );
    });
  };
  return search(all, { ...before, made: 0 });
}

/** Returns the state after an event; undefined when its answer cannot be given in this state. */
function apply({ operation, answer }: FileEvent, state: State, commits: readonly CommitState[]): State | undefined {
  const { working } = state;
  if (typeof answer === 'object' && 'read' in answer) {
    return operation.do === 'read' && working[operation.path] === answer.read ? state : undefined;
  }
  // A process waits for a few seconds while others hold the lock, which is long enough unless the machine is busy.
  if (typeof answer === 'object' && answer.failed === 'lock-held') return state;
  const next = carriedOut(operation, state, commits);
  if (typeof answer === 'string') return typeof next === 'string' ? undefined : next;
  return next === answer.failed ? state : undefined;
}

/** Returns the state after an operation, or the code of its failure; undefined when the history shows otherwise. */
function carriedOut(
  operation: FileOperation,
  state: State,
  commits: readonly CommitState[],
): State | string | undefined {
  const { working, committed, made } = state;
  switch (operation.do) {
    case 'write':
      return { ...state, working: { ...working, [operation.path]: operation.value } };
    case 'import':
      return { ...state, working: { ...working, ...valuesAt(operation.paths, operation.value) } };
    case 'read':
      return working[operation.path] === undefined ? 'not-found' : state;
    case 'remove':
      return working[operation.path] === undefined
        ? 'not-found'
        : { ...state, working: withFile(working, operation.path, undefined) };
    case 'move': {
      const value = working[source];
      if (value === undefined) return 'not-found';
      return { ...state, working: withFile(withFile(working, source, undefined), moved, value) };
    }
    case 'commit': {
      const to = partOf(operation.path, working, committed);
      if (areEqual(to, committed)) return 'nothing-staged';
      const commit = commits[made];
      const isThis = commit?.message === operation.message && areEqual(commit.files, to);
      return isThis ? { working, committed: to, made: made + 1 } : undefined;
    }
    case 'discard': {
      const to = partOf(operation.path, committed, working);
      return areEqual(to, working) ? 'nothing-staged' : { ...state, working: to };
    }
    case 'restore':
      return { ...state, working: withFile(working, operation.path, operation.value) };
  }
}

/** Returns `to` with the file at a path as it is in `from`; without a path, all of `from`. */
function partOf(path: string | undefined, from: Files, to: Files): Files {
  return path === undefined ? from : withFile(to, path, from[path]);
}

function withFile(values: Files, path: string, value: string | undefined): Files {
  const { [path]: _, ...others } = values;
  return value === undefined ? others : { ...others, [path]: value };
}

function valuesAt(paths: readonly string[], value: string): Files {
  return Object.fromEntries(paths.map((path) => [path, value]));
}

const entriesOf = ({ working, committed }: PondFiles): unknown => [sorted(working), sorted(committed)];
const sorted = (values: Files): unknown => Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));

function areEqual(a: Files, b: Files): boolean {
  return (
    Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([path, value]) => b[path] === value)
  );
}
