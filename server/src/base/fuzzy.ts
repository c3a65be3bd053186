/** Matching of typed letters with paths, as people use it to open files. */

const weights = { nameStart: 400, name: 300, path: 200, nameLetters: 100, pathLetters: 0 } as const;

/**
 * Returns how well a path matches a typed text, in any case; undefined when it does not. Words between spaces may match in
 * any order; each is a part of the path, or its letters are in the path in their order. A higher score is better; an empty
 * text matches everything equally.
 */
export function fuzzyScore(typed: string, path: string): number | undefined {
  const [lower, name] = [path.toLowerCase(), path.slice(path.lastIndexOf('/') + 1).toLowerCase()];
  let score = 0;
  for (const word of typed.toLowerCase().split(/\s+/)) {
    const one = word === '' ? 0 : wordScore(word, lower, name);
    if (one === undefined) return undefined;
    score += one;
  }
  return score;
}

function wordScore(word: string, path: string, name: string): number | undefined {
  const at = name.indexOf(word);
  // A name that is matched to a greater part is better.
  if (at >= 0) return (at === 0 ? weights.nameStart : weights.name) + (99 * word.length) / name.length;
  if (path.includes(word)) return weights.path + (99 * word.length) / path.length;
  const inName = lettersScore(word, name);
  if (inName !== undefined) return weights.nameLetters + inName;
  const inPath = lettersScore(word, path);
  return inPath === undefined ? undefined : weights.pathLetters + inPath;
}

/** Share of the letters that follow each other or start a word, 0 to 99; undefined unless all are there in order. */
function lettersScore(word: string, text: string): number | undefined {
  let good = 0;
  let last = -2;
  for (const letter of word) {
    const at = text.indexOf(letter, last < 0 ? 0 : last + 1);
    if (at < 0) return undefined;
    if (at === last + 1 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '/')) good += 1;
    last = at;
  }
  return (99 * good) / word.length;
}
