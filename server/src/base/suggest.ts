/**
 * Returns the candidate that `word` is, or most likely misspells; undefined when none is close. Case, underscores and
 * hyphens do not count; a third of the letters, at least one, may be wrong, missing, added or swapped with a neighbor.
 * Without such a candidate, the only one is returned that is the word with an extension.
 */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  const plain = simplify(word);
  const extended = candidates.filter((candidate) => simplify(candidate).startsWith(`${plain}.`));
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const target = simplify(candidate);
    const allowed = Math.max(1, Math.floor(target.length / 3));
    if (Math.abs(plain.length - target.length) > allowed) continue;
    const distance = editDistance(plain, target);
    if (distance <= allowed && distance < (best?.distance ?? Infinity)) best = { candidate, distance };
  }
  return best?.candidate ?? (extended.length === 1 ? extended[0] : undefined);
}

/**
 * Returns the hint for a suggestion, which is never the word itself; undefined without a suggestion. One that
 * looks the same as the word comes with the characters that differ. `before` is put before the suggestion: the
 * directory of a name.
 */
export function didYouMean(word: string, candidates: readonly string[], before = ''): string | undefined {
  const suggestion = suggest(
    word,
    candidates.filter((candidate) => candidate !== word),
  );
  if (suggestion === undefined) return undefined;
  const question = `Did you mean "${before}${suggestion}"?`;
  return appearance(word) === appearance(suggestion) ? `${question} ${differenceOf(word, suggestion)}` : question;
}

/** Composed and decomposed letters are one, and so are letters with and without invisible characters. */
function appearance(word: string): string {
  return word.normalize('NFC').replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '');
}

function simplify(word: string): string {
  return appearance(word)
    .toLowerCase()
    .replaceAll(/[_\-\s]/g, '');
}

/** Says by which characters two texts that look the same differ, and in which normal form each is. */
function differenceOf(word: string, other: string): string {
  const [a, b] = [Array.from(word), Array.from(other)];
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [mine, its] = [a, b].map((text) => codePoints(text.slice(start, text.length - end)));
  return `It looks the same, but has ${its}${formOf(other)} where you wrote ${mine}${formOf(word)}.`;
}

function codePoints(characters: readonly string[]): string {
  const codes = characters.map((one) => `U+${one.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`);
  return codes.length === 0 ? 'nothing' : codes.join(' ');
}

function formOf(text: string): string {
  if (text.normalize('NFC') === text.normalize('NFD')) return '';
  if (text === text.normalize('NFC')) return ' (NFC)';
  return text === text.normalize('NFD') ? ' (NFD)' : '';
}

/** Number of single-letter changes and swaps of neighbors (each letter swapped once) that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swaps = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = swaps ? at(beforeLast, j - 2) + 1 : Infinity;
      row.push(Math.min(changed, at(last, j) + 1, at(row, j - 1) + 1, swapped));
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
