/**
 * Returns the candidate that `word` most likely misspells, or undefined when none is close. Case, underscores and
 * hyphens do not count; a third of the letters, at least one, may be wrong, missing, added or swapped with a neighbor.
 */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  const plain = simplify(word);
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const target = simplify(candidate);
    const allowed = Math.max(1, Math.floor(target.length / 3));
    if (Math.abs(plain.length - target.length) > allowed) continue;
    const distance = editDistance(plain, target);
    if (distance <= allowed && distance < (best?.distance ?? Infinity)) best = { candidate, distance };
  }
  return best?.candidate;
}

/** Returns the hint sentence for a suggestion, or undefined when there is none. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const suggestion = suggest(word, candidates);
  return suggestion === undefined ? undefined : `Did you mean "${suggestion}"?`;
}

function simplify(word: string): string {
  return word.toLowerCase().replaceAll(/[_\-\s]/g, '');
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
