/**
 * Returns a hint as a sentence: with a capital, unless it begins with a quotation, and a full stop. The usage line of a
 * command gets no full stop, which would read as part of the command.
 */
export function sentence(text: string): string {
  const capitalized = text.replace(/^[a-z]/, (letter) => letter.toUpperCase());
  // A quoted dot at the end is the current folder.
  const hasStop = /[.!?…]["')]?$/.test(text) && !/['"]\.['"]$/.test(text);
  return hasStop || /^usage: /i.test(text) ? capitalized : `${capitalized}.`;
}
