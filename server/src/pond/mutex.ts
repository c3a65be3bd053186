import { AsyncLocalStorage } from 'node:async_hooks';

/** Runs one piece of work at a time, in order of arrival. */
export interface Mutex {
  /** Runs work that does not ask for the mutex itself: it would wait for its own end. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Runs work whose own runs, and those of what it calls, take their turns within it. */
  runNesting<T>(work: () => Promise<T>): Promise<T>;
}

/** The turns of one mutex: the last of them, which ends when all before have. */
interface Turns {
  readonly mutex: Mutex;
  last: Promise<unknown>;
  /** Turns of other mutexes that the work is within. */
  readonly outer: Turns | undefined;
}

/**
 * What the work now running may take turns within. One for all mutexes, and entered only by work that nests: node goes
 * through all such storages that were ever entered whenever a promise is made.
 */
const within = new AsyncLocalStorage<Turns>();

/** Returns a mutex that nobody waits for. */
export function createMutex(): Mutex {
  function run<T>(work: () => Promise<T>): Promise<T> {
    const turns = find(within.getStore()) ?? outermost;
    const turn = turns.last.then(work);
    turns.last = turn.catch(() => undefined);
    return turn;
  }

  const find = (turns: Turns | undefined): Turns | undefined =>
    turns === undefined || turns.mutex === mutex ? turns : find(turns.outer);

  const mutex: Mutex = {
    run: run,
    runNesting: (work) => run(() => within.run({ mutex, last: Promise.resolve(), outer: within.getStore() }, work)),
  };
  const outermost: Turns = { mutex, last: Promise.resolve(), outer: undefined };
  return mutex;
}
