/** Reads the chunks of a stream as runs of bytes of the sizes that a format asks for. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#chunks = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  }

  /** Returns the next bytes. Throws RangeError when the stream has fewer, and as the stream. */
  async read(sizeBytes: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let missing = sizeBytes; missing > 0;) {
      if (!(await this.#fill())) throw new RangeError('it is cut short');
      const part = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(part.length);
      parts.push(part);
      missing -= part.length;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  async isAtEnd(): Promise<boolean> {
    return !(await this.#fill());
  }

  /** Ends the stream, which may have more. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** Returns false at the end of the stream. */
  async #fill(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const next: IteratorResult<Uint8Array, unknown> = await this.#chunks.next();
      if (next.done === true) return false;
      this.#rest = next.value;
    }
    return true;
  }
}
