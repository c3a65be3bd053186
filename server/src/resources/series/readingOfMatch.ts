import { type KeyPart } from '../../materialize/contentKey.ts';
import { type Reading, readingOf } from '../../sandbox/formats.ts';
import { type Match } from '../model/derivedContent.ts';

/** The reading of a match by its name and format, as in a query; undefined when it is not a table. */
export function readingOfMatch(match: Match, hasFormat = match.format !== undefined): Reading | undefined {
  const { type, name, sheet } = match;
  const reading = readingOf(type, name, hasFormat);
  return reading === undefined || sheet === undefined ? reading : { ...reading, sheet };
}

/** Parts of the key of a file that is built from a match: its content, and how it is read. */
export function matchKey(match: Match): readonly KeyPart[] {
  return [match.key, JSON.stringify(readingOfMatch(match) ?? null)];
}
