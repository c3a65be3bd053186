/** Paths that a round leaves as they are, each with its reason. */

/** A path that is left, and why. */
export interface Left {
  /** Path in the folder. */
  readonly path: string;
  /** For people, after the path and a colon. */
  readonly reason: string;
  /** True for a failure; false for what the mirror leaves by its rules. */
  readonly isFailure: boolean;
}

/** Collects the paths that a round leaves. What is at and below them is not compared, so it is not taken for deleted. */
export class LeftPaths {
  readonly #left = new Map<string, Left>();
  /** Paths that are not compared; '' for everything. */
  readonly #held = new Set<string>();

  /** Adds a path that is not compared. */
  hold(path: string, reason: string, isFailure = false): void {
    this.#held.add(path);
    this.add(path, reason, isFailure);
  }

  /** Adds a path that was compared. */
  add(path: string, reason: string, isFailure = false): void {
    if (!this.#left.has(path)) this.#left.set(path, { path, reason, isFailure });
  }

  /** True at and below a path that is not compared. */
  holds(path: string): boolean {
    if (this.#held.size === 0) return false;
    if (this.#held.has('') || this.#held.has(path)) return true;
    for (let end = path.lastIndexOf('/'); end !== -1; end = path.lastIndexOf('/', end - 1)) {
      if (this.#held.has(path.slice(0, end))) return true;
    }
    return false;
  }

  /** True for a path that was added, held or not. */
  has(path: string): boolean {
    return this.#left.has(path) || this.holds(path);
  }

  list(): readonly Left[] {
    return [...this.#left.values()];
  }
}
