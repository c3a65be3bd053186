/** Lines that are left out, or end the reading, since they are not what lines of their source are. */

/** Bytes of a line that messages show. */
const linePrefixMax = 200;

/** Counts invalid lines, and keeps the start of the first one. */
export class InvalidLines {
  #count = 0;
  #first = '';

  /** Takes an invalid line. */
  add(line: Uint8Array): void {
    if (this.#count === 0) this.#first = Buffer.from(line).subarray(0, linePrefixMax).toString().trimEnd();
    this.#count += 1;
  }

  /** The start of the first one; undefined for none. */
  get first(): string | undefined {
    return this.#count === 0 ? undefined : this.#first;
  }

  /**
   * Says how many lines were left out, with the first of them; undefined for none. `of` names their source, `as` the
   * reason.
   */
  note({ of = '', as }: { readonly of?: string; readonly as: string }): string | undefined {
    if (this.#count === 0) return undefined;
    const lines = this.#count === 1 ? `1 line${of} was` : `${this.#count} lines${of} were`;
    return `${lines} left out, as not ${as}; the first: ${this.#first}`;
  }
}
