/** Lines of journalctl that are not entries. */
import { PondError } from '../../../base/error.ts';
import { type JournalSpec } from './journalSpec.ts';

/** Bytes of a line that messages show. */
const linePrefixMax = 200;

/** Counts invalid lines, or holds the one at which reading ends. */
export class InvalidLines {
  readonly #journal: JournalSpec;
  #count = 0;
  /** The start of the first one. */
  #first: string | undefined;

  constructor(journal: JournalSpec) {
    this.#journal = journal;
  }

  /** Takes an invalid line; false when reading ends there. */
  skip(line: Uint8Array): boolean {
    this.#count += 1;
    this.#first ??= Buffer.from(line).subarray(0, linePrefixMax).toString();
    return this.#journal.invalid === 'skip';
  }

  /** Fails `invalid-content` with the first invalid line, unless such lines are skipped. */
  requireNone(): void {
    if (this.#count === 0 || this.#journal.invalid === 'skip') return;
    const expected = 'expected an entry of the journal with __CURSOR and __REALTIME_TIMESTAMP';
    throw new PondError('invalid-content', `${expected}, got ${this.#first}`, {
      hint: 'State `invalid: skip` in the section `journal` to leave such lines out; a note of each run counts them.',
    });
  }

  /** The number of skipped lines with the first of them; undefined for none. */
  get note(): string | undefined {
    if (this.#count === 0 || this.#journal.invalid !== 'skip') return undefined;
    const lines = this.#count === 1 ? '1 line of journalctl was' : `${this.#count} lines of journalctl were`;
    return `${lines} left out, as not entries of the journal; the first: ${this.#first}`;
  }
}
