/**
 * Who writes the homes of a pond just now. A run has its home from its beginning to its end: its transaction is on the
 * commit at which it began, and a record that another wrote there meanwhile would make all of it a conflict.
 */

/** The homes of one pond that are being written. */
export interface RunLocks {
  /** Runs work that has the home to itself. Undefined, and nothing is done, while another run has it. */
  run<T>(id: string, work: () => Promise<T>): Promise<T | undefined>;
  /** Runs work, which is short, that has the homes to itself: runs that have them come to their end before. */
  note<T>(ids: readonly string[], work: () => Promise<T>): Promise<T>;
}

interface Writer {
  readonly isRun: boolean;
  readonly ended: Promise<unknown>;
}

/** Returns homes that nobody writes. */
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
