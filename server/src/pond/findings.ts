import { isPondError } from '../base/error.ts';

/** Problems that a check found, as sentences. */
export class Findings {
  readonly problems: string[] = [];

  add(problem: string): void {
    this.problems.push(problem);
  }

  /** Does a part of the check; its failure is a problem of `what`, and the check goes on. Fails `cancelled`. */
  async attempt(what: string, work: () => unknown): Promise<void> {
    try {
      await work();
    } catch (error) {
      // A canceled check must not report damage.
      if (!isPondError(error) || error.code === 'cancelled') throw error;
      this.add(`${what}: ${error.message}`);
    }
  }

  expect(what: string, got: string, expected: string): void {
    if (got !== expected) this.add(`${what}: its hash is ${got}, and should be ${expected}`);
  }
}
