/**
 * Returns a text as a sentence: with a capital, unless it begins with a quotation, and a full stop. For texts that are put
 * together; those in the source are sentences.
 */
export function sentence(text: string): string {
  const capitalized = text.replace(/^[a-z]/, (letter) => letter.toUpperCase());
  return /[.!?…]["')]?$/.test(text) ? capitalized : `${capitalized}.`;
}
