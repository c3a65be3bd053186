import { printableLines } from '../../../../server/src/base/printable.ts';

/** Characters that no XML document may have, apart from those that `printableLines` shows as escapes. */
const notInXml = /[\ufffe\uffff]/g;

/**
 * Returns the text of an XML document with visible escapes in place of characters that are not allowed in one, or that are
 * invisible: a browser writes them as they are in names and values.
 */
export function xmlText(text: string): string {
  return printableLines(text).replace(notInXml, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}
