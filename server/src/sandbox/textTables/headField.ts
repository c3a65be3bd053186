/** Kinds of the fields in the first lines of a file. */

const number = /^[+-]?(\d+([.,]\d*)*|[.,]\d+)(e[+-]?\d+)?$/i;
const word = /^(true|false|nan|[+-]?inf)$/i;

/** Dates and times. */
const times = [
  /^\d{1,4}([-/.])\d{1,2}\1\d{1,4}([ T].*)?$/,
  /^\d{1,2}[- /][A-Za-z]{3,9}[- /]\d{2,4}([ T].*)?$/,
  /^\d{1,2}:\d{2}(:\d{2}.*)?$/,
];
export const isTime = (field: string): boolean => times.some((form) => form.test(field));

/** True for a field that is a value, not a word of a header or a preamble. */
export const isValue = (field: string): boolean => number.test(field) || isTime(field) || word.test(field);
export const isNumber = (field: string): boolean => number.test(field);
export const isWord = (field: string): boolean => word.test(field);

/** Words that programs write for a missing value. Na, which is sodium, is not one. */
const missing = /^(NA|na|#?N\/A|n\/a|NULL|null|None|none|ND|nd|#VALUE!|#DIV\/0!|#REF!|[-–—.*?]+)$/;

export const isMissingWord = (field: string): boolean => missing.test(field);

/** True for a word that may be the name of a column. */
export const isName = (field: string): boolean => field !== '' && !isValue(field) && !isMissingWord(field);
