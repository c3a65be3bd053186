import { AsyncLocalStorage } from 'node:async_hooks';

/** Runs one task at a time, in order of arrival. */
export interface Mutex {
  /** Runs work that does not use the mutex itself: it would deadlock. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Runs work that may use the mutex: its own runs, and those of what it calls, are queued within it. */
  runNesting<T>(work: () => Promise<T>): Promise<T>;
}

/** The queue of one mutex: its last task, which ends when all earlier ones have. */
interface Turns {
  readonly mutex: Mutex;
  last: Promise<unknown>;
  /** Queues of other mutexes that the work is nested in. */
  readonly outer: Turns | undefined;
}

/** Queues that the running work may use. */
const within = new AsyncLocalStorage<Turns>();
let nestings = 0;

/** Runs work that may use the queues. The storage is disabled in between, because it slows down every promise. */
async function runWithin<T>(turns: Turns, work: () => Promise<T>): Promise<T> {
  nestings += 1;
  try {
    return await within.run(turns, work);
  } finally {
    nestings -= 1;
    if (nestings === 0) within.disable();
  }
}

/** Returns an unlocked mutex. */
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
    run,
    runNesting: (work) => run(() => runWithin({ mutex, last: Promise.resolve(), outer: within.getStore() }, work)),
  };
  const outermost: Turns = { mutex, last: Promise.resolve(), outer: undefined };
  return mutex;
}
