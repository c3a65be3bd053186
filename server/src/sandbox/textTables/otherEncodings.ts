import { TextDecoder } from 'node:util';

/** Encodings that are read when they are stated: bytes do not show which of them they are of. */
export const otherEncodings = [
  ...(['windows-1250', 'windows-1251', 'windows-1253', 'windows-1254'] as const),
  ...(['iso-8859-2', 'iso-8859-5', 'iso-8859-7', 'iso-8859-15'] as const),
  ...(['macintosh', 'ibm866', 'koi8-r'] as const),
  ...(['shift_jis', 'euc-jp', 'gb18030', 'big5', 'euc-kr'] as const),
] as const;

/** Name of such an encoding. */
export type OtherEncoding = (typeof otherEncodings)[number];

/** Decodes chunks of bytes; a character may begin in one and end in the next. */
export class OtherDecoder {
  readonly #encoding: OtherEncoding;
  readonly #decoder: TextDecoder;

  constructor(encoding: OtherEncoding) {
    this.#encoding = encoding;
    this.#decoder = new TextDecoder(encoding, { fatal: true });
  }

  /** Decodes the next bytes. Returns the number of whole lines before bytes that are not of the encoding. */
  decode(bytes: Uint8Array): Buffer | number {
    try {
      return Buffer.from(this.#decoder.decode(bytes, { stream: true }));
    } catch {
      return linesBeforeFault(this.#encoding, bytes);
    }
  }

  /** False when a character is cut at the end. */
  end(): boolean {
    try {
      this.#decoder.decode();
      return true;
    } catch {
      return false;
    }
  }
}

/** No character of these encodings has the byte of an end of line in it. */
function linesBeforeFault(encoding: OtherEncoding, bytes: Uint8Array): number {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let [from, lines] = [0, 0];
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
    try {
      decoder.decode(bytes.subarray(from, end));
    } catch {
      return lines;
    }
    from = end + 1;
    lines += 1;
  }
  return lines;
}
