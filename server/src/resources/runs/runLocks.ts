/**
 * Locks on the resource directories of a pond. A run holds the lock of its directory from beginning to end: its
 * transaction is based on the commit at which it began, so a record that another writer adds in the meantime would make
 * the whole run a conflict.
 */

/** Locks on the resource directories of one pond that are being written. */
export interface RunLocks {
  /**
   * Runs work with exclusive access to the resource directory. Does nothing and returns undefined if another run holds
   * it.
   */
  run<T>(id: string, work: () => Promise<T>): Promise<T | undefined>;
  /** Runs short work with exclusive access to the resource directories, after the runs that hold them have ended. */
  note<T>(ids: readonly string[], work: () => Promise<T>): Promise<T>;
}

interface Writer {
  readonly isRun: boolean;
  readonly ended: Promise<unknown>;
}

/** Returns locks that are all free. */
export function createRunLocks(): RunLocks {
  const writers = new Map<string, Writer>();

  async function write<T>(ids: readonly string[], isRun: boolean, work: () => Promise<T>): Promise<T> {
    const writing = work();
    const writer = { isRun, ended: writing.catch(() => undefined) };
    for (const id of ids) writers.set(id, writer);
    try {
      return await writing;
    } finally {
      for (const id of ids) writers.delete(id);
    }
  }

  return {
    async run(id, work) {
      for (let writer = writers.get(id); writer !== undefined; writer = writers.get(id)) {
        if (writer.isRun) return undefined;
        await writer.ended;
      }
      return await write([id], true, work);
    },
    async note(ids, work) {
      const busy = (): Writer | undefined => ids.map((id) => writers.get(id)).find((writer) => writer !== undefined);
      for (let writer = busy(); writer !== undefined; writer = busy()) await writer.ended;
      return await write(ids, false, work);
    },
  };
}
