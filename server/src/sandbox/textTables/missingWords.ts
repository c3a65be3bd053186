/** Words for missing values, which are values until they are stated. */
import { nameKey } from '../uniqueNames.ts';
import { type TextFormat } from '../textFormat.ts';
import { type PlacedValue } from './columnFacts.ts';
import { type FormatOffer } from './description.ts';
import { isMissingWord } from './headField.ts';
import { forms } from './numberForm.ts';
import { type FileScan } from './tableScan.ts';

/** Options that may be stated about a file, as its text suggests. */
export function offersOf(scan: FileScan, format: TextFormat | undefined): readonly FormatOffer[] {
  const nulls = offerOfNulls(scan, format);
  return nulls === undefined ? scan.layout.offers : [...scan.layout.offers, nulls];
}

/** Words that a file has for missing values, at most: others are rather a column of words. */
const wordsMax = 8;

/**
 * The option to read words for missing values, such as NA, which make columns of numbers or times text; undefined for a file
 * without such a word. Words that are stated already are part of it, as a list counts as one option.
 */
function offerOfNulls({ layout, table }: FileScan, { nulls = [] }: TextFormat = {}): FormatOffer | undefined {
  const found = new Map<string, PlacedValue>();
  for (const { name, facts } of table.columns) {
    const word = facts.firstOf('text');
    const isOfValues = (facts.found & ~forms.text) !== 0 || layout.namesAboveValues.includes(nameKey(name));
    if (word !== undefined && isOfValues && isMissingWord(word.text) && !found.has(word.text))
      found.set(word.text, word);
  }
  const [first] = [...found.values()].sort((a, b) => a.line - b.line);
  if (first === undefined || found.size > wordsMax) return undefined;
  return {
    reason: `line ${first.line} has "${first.text}" among values, as for a missing one`,
    format: { nulls: [...new Set([...nulls, ...found.keys()])] },
  };
}
