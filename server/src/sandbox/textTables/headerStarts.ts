const space = 0x20;

/** The names with which a header may begin again: any of them, as its columns may be in another order, in any case. */
export class HeaderStarts {
  /** UTF-8 as latin-1, so that a character is a byte; letters of ASCII in lower case. */
  readonly #starts: ReadonlySet<string>;
  readonly #ends: ReadonlySet<number>;
  readonly #firstBytes = new Uint8Array(256);
  /** True when spaces may be before a name, as they divide no fields. */
  readonly #hasSpaces: boolean;
  /** True when the first name is empty, and the next one follows delimiters. */
  readonly isUnnamed: boolean;

  /** `header` are its names without spaces around them; `marks` are the characters that may end a name. */
  constructor(header: readonly string[], marks: { readonly delimiter: string; readonly quote: string }) {
    const named = header.findIndex((name) => name !== '');
    const texts = [header.slice(0, named + 1).join(marks.delimiter), ...header];
    this.#starts = new Set(texts.filter((text) => text !== '').map(bytesOf));
    this.isUnnamed = named > 0;
    this.#hasSpaces = !marks.delimiter.startsWith(' ');
    this.#ends = new Set(Buffer.from(`${marks.delimiter}${marks.quote} \r\n`));
    for (const start of this.#starts) {
      this.#firstBytes[start.charCodeAt(0)] = 1;
      this.#firstBytes[start.toUpperCase().charCodeAt(0) & 0xff] = 1;
    }
  }

  /** True for the first field of a record that may be another header. */
  has(field: string): boolean {
    return field === '' ? this.isUnnamed : this.#starts.has(bytesOf(field));
  }

  /** True when a name begins at the place, or after spaces there. */
  isAt(bytes: Buffer, start: number): boolean {
    let at = start;
    while (this.#hasSpaces && bytes[at] === space) at += 1;
    if (this.#firstBytes[bytes[at] ?? 0] === 0) return false;
    for (const name of this.#starts) {
      const end = at + name.length;
      if (this.#ends.has(bytes[end] ?? 0) && lowerCase(bytes.toString('latin1', at, end)) === name) return true;
    }
    return false;
  }

  /**
   * The start of a name with one more byte; undefined when no name begins like that, and true at the byte after a name.
   */
  next(named: string, byte: number): string | true | undefined {
    if (named === '' && byte === space && this.#hasSpaces) return named;
    if (this.#ends.has(byte) && this.#starts.has(named)) return true;
    const longer = named + lowerCase(String.fromCharCode(byte));
    for (const start of this.#starts) if (start.startsWith(longer)) return longer;
    return undefined;
  }
}

const lowerCase = (latin1: string): string => latin1.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
const bytesOf = (text: string): string => lowerCase(Buffer.from(text).toString('latin1'));
