import { keyOf } from '../../../materialize/contentKey.ts';
import { type Match } from '../../model/derivedContent.ts';
import { scanGlob } from '../../../documents/globPattern.ts';

/** Maximum code units of a name, well below the byte limit of names in the pond. */
const nameLengthMax = 80;

/**
 * Returns the name of the output for each match, in order: the match's own name. Files of the same name in several
 * directories get the captures of the directories' wildcards as a prefix, `north-2024.csv`; if that is still ambiguous,
 * the prefix is part of the hash of their path.
 */
export function outputNames(pattern: string, matches: readonly Match[]): readonly string[] {
  const several = repeated(matches.map(({ name }) => name));
  const names = matches.map((match) => (several.has(match.name) ? longName(pattern, match) : match.name));
  const still = repeated(names);
  return names.map((name, index) => {
    const match = matches[index];
    if (match === undefined || !several.has(match.name)) return name;
    return still.has(name) || name.length > nameLengthMax ? hashedName(match) : name;
  });
}

function repeated(names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(names.filter((name) => seen.size === seen.add(name).size));
}

function longName(pattern: string, { name, captures }: Match): string {
  const last = pattern.slice(pattern.lastIndexOf('/') + 1);
  // A "**" at the end matches directories followed by the name.
  const directories =
    last === '**'
      ? [...captures.slice(0, -1), (captures.at(-1) ?? '').split('/').slice(0, -1).join('/')]
      : captures.slice(0, captures.length - scanGlob(last).wildcards);
  const words = directories.flatMap((capture) => capture.split('/')).filter((word) => word !== '');
  return [...words, name].join('-');
}

function hashedName({ path, name }: Match): string {
  return `${keyOf(path).slice(0, 12)}-${[...name].slice(-nameLengthMax / 2).join('')}`;
}
