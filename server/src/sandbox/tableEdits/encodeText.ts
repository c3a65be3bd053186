import { type Encoding } from '../textTables/decoded.ts';

/**
 * Returns the bytes of a text in an encoding; undefined when the encoding lacks one of its characters, and for an
 * encoding that is only read.
 */
export function encodeText(text: string, encoding: Encoding): Buffer | undefined {
  switch (encoding) {
    case 'utf-8':
      return isWellFormed(text) ? Buffer.from(text) : undefined;
    case 'utf-16le':
      return isWellFormed(text) ? Buffer.from(text, 'utf16le') : undefined;
    case 'utf-16be':
      return isWellFormed(text) ? Buffer.from(text, 'utf16le').swap16() : undefined;
    case 'latin-1':
      return /^[\0-\xff]*$/.test(text) ? Buffer.from(text, 'latin1') : undefined;
    case 'windows-1252':
      return encodeWindows(text);
    default:
      return undefined;
  }
}

/** False for a text with half of a character. */
const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/** The characters of windows-1252 that latin-1 does not have, from 0x80; a space for an unused byte. */
const windows = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

function encodeWindows(text: string): Buffer | undefined {
  if (!/^[\0-\x7f\xa0-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]*$/.test(text)) return undefined;
  const latin = text.replaceAll(/[^\0-\xff]/g, (character) => String.fromCharCode(0x80 + windows.indexOf(character)));
  return Buffer.from(latin, 'latin1');
}

const marks: ReadonlyMap<Encoding, string> = new Map([
  ['utf-8', 'efbbbf'],
  ['utf-16le', 'fffe'],
  ['utf-16be', 'feff'],
]);

/** Returns the byte-order mark with which the bytes begin, which decoding drops; empty without one. */
export function byteOrderMark(start: Buffer, encoding: Encoding): Buffer {
  const mark = marks.get(encoding) ?? '';
  const bytes = Buffer.from(mark, 'hex');
  return start.subarray(0, bytes.length).equals(bytes) ? bytes : Buffer.alloc(0);
}
