import { isPondError } from '../base/error.ts';
import { LruCache } from '../base/lruCache.ts';
import { type Backend } from '../tinyfs/backend.ts';
import { revertsToCommitted } from './committedAgain.ts';
import { type WorkingTreeParts } from './workingTreeParts.ts';

/** Maximum number of directories that are still found by their former ids. */
const formerIdsMax = 1000;

/** Ends the staging of what is as committed, after each change of a working tree. */
export class Reverter {
  readonly #parts: WorkingTreeParts;
  readonly #tree: Backend;
  /** Ids of directories that replaced a committed one, with the id of that one, which is in the tree again. */
  readonly #formerIds = new LruCache<string, string>({ max: formerIdsMax });

  constructor(parts: WorkingTreeParts, tree: Backend) {
    this.#parts = parts;
    this.#tree = tree;
  }

  /** Called under the mutex. A failure leaves entries staged; they are compared again after the next change. */
  async revert(): Promise<void> {
    const { store, overlay, head } = this.#parts;
    try {
      while (!overlay.touched.isEmpty) {
        const changes = await revertsToCommitted({ store, overlay, head: head(), tree: this.#tree });
        if (changes.length === 0) overlay.touched.clear();
        else this.#record(changes);
      }
    } catch (error) {
      if (!isPondError(error)) throw error;
    }
  }

  /** True for the id of a directory, now or before it was reverted: a change of its content may have waited meanwhile. */
  isSame(id: string, now: string): boolean {
    return id === now || this.#formerIds.get(id) === now;
  }

  #record(changes: Awaited<ReturnType<typeof revertsToCommitted>>): void {
    const { overlay, changeLog } = this.#parts;
    for (const { directory, name, base } of changes) {
      const replaced = overlay.entry(directory.at(-1)!.id, name)?.node;
      if (replaced?.type === 'directory' && base !== null) this.#formerIds.set(replaced.id, base.id);
    }
    changeLog?.record(changes);
  }
}
