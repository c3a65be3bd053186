/** Different names that look alike in a terminal. */

/** Letters of other scripts that look like a Latin one, and the Latin letters, in the same order. */
const others = 'АВСЕНІЈКМОРЅТХУаеоріјсѕхуԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονι';
const latin = 'ABCEHIJKMOPSTXYaeopijcsxydhqwABEZHIKMNOPTYXovi';

const latinOf = new Map([...others].map((letter, index) => [letter, latin[index] ?? letter]));

/** True for a text of printable ASCII characters, each of which looks like itself alone. */
const isPlain = (text: string): boolean => /^[\u0020-\u007e]*$/.test(text);

/**
 * Returns pairs of paths of one directory whose names look alike: accents composed or not, letters of several scripts,
 * invisible characters, other spaces. None for paths that are equal, or differ in case.
 */
export function lookAlikes(paths: readonly string[]): readonly (readonly [string, string])[] {
  if (paths.every(isPlain)) return [];
  const known = new Map<string, string>();
  return paths.flatMap((path) => {
    const at = path.lastIndexOf('/') + 1;
    const key = path.slice(0, at) + appearance(path.slice(at));
    const other = known.get(key);
    if (other === undefined) known.set(key, path);
    return other === undefined || other === path ? [] : [[other, path] as const];
  });
}

function appearance(name: string): string {
  if (isPlain(name)) return name;
  const visible = name.normalize('NFKC').replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '');
  return [...visible].map((letter) => latinOf.get(letter) ?? letter).join('');
}

/** Returns a text with its characters outside ASCII written as `\u{e9}`. */
export function spelledOut(text: string): string {
  return [...text].map((letter) => (isPlain(letter) ? letter : `\\u{${letter.codePointAt(0)!.toString(16)}}`)).join('');
}
