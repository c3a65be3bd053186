/**
 * Bytes that grow at the end, in amortized constant time.
 *
 * Invariant: a byte once written is never written again in the same buffer, so a returned view never changes.
 */
export class GrowingBytes {
  #buffer: Uint8Array;
  #sizeBytes: number;

  /** Starts with `bytes`, which are shared and never changed. */
  constructor(bytes: Uint8Array) {
    this.#buffer = bytes;
    this.#sizeBytes = bytes.length;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The bytes so far, without copying. */
  view(): Uint8Array {
    return this.#buffer.subarray(0, this.#sizeBytes);
  }

  append(bytes: Uint8Array): void {
    const end = this.#sizeBytes + bytes.length;
    if (end > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#sizeBytes));
      larger.set(this.view());
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#sizeBytes);
    this.#sizeBytes = end;
  }

  /** Keeps the first `sizeBytes` bytes, in a new buffer: older views may still show the cut ones. */
  truncate(sizeBytes: number): void {
    if (sizeBytes === this.#sizeBytes) return;
    this.#buffer = this.#buffer.slice(0, sizeBytes);
    this.#sizeBytes = sizeBytes;
  }
}
