/** Records after a failed attempt to pass some, before the next one, at most. */
const pauseMax = 64;

/** Attempts to pass records: where few are passed, they are made more seldom. */
export class PassPauses {
  #wait = 0;
  #pause = 1;

  /** True when an attempt is due. */
  isDue(): boolean {
    this.#wait -= 1;
    return this.#wait <= 0;
  }

  /** Notes how many records an attempt passed. */
  note(passed: number): void {
    this.#pause = passed > this.#pause ? 1 : Math.min(this.#pause * 2, pauseMax);
    this.#wait = this.#pause;
  }
}
