/**
 * Entries of an overlay that changed since they were last compared with the commit: only they, and the directories
 * above them, can have become what is committed.
 */
export class TouchedEntries {
  readonly #names = new Map<string, Set<string>>();
  #isPaused = false;
  /**
   * True when a committed node left a place other than its own. Another entry, which replaced it at its own place, can be
   * as committed only then: the node must not be in the tree twice.
   */
  hasNodeLeft = false;

  get isEmpty(): boolean {
    return this.#names.size === 0 && !this.hasNodeLeft;
  }

  /** Names of the changed entries by the id of their directory. */
  get names(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#names;
  }

  add(directoryId: string, name: string): void {
    if (this.#isPaused) return;
    const names = this.#names.get(directoryId) ?? new Set();
    this.#names.set(directoryId, names.add(name));
  }

  /** Runs work that makes the overlay again: it was compared before, but what replaced something is compared once more. */
  pausing(work: () => void): void {
    this.#isPaused = true;
    work();
    this.#isPaused = false;
    this.hasNodeLeft = true;
  }

  clear(): void {
    this.#names.clear();
    this.hasNodeLeft = false;
  }
}
