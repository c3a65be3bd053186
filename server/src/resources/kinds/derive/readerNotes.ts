import { type Job } from '../../../base/job.ts';
import { plural } from '../../../base/plural.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { textSource } from '../../series/textSource.ts';
import { uncheckedCalls } from '../../../build/unchecked.ts';
import { type InputMatcher, type Match } from '../../model/derivedContent.ts';
import { type Resource } from '../../model/kind.ts';
import { formatOfInput } from './outputs.ts';
import { type DeriveCollection, type DeriveSpec } from './spec.ts';

/**
 * Returns a note for each call of a reader with whose options DuckDB reads alone, in collections with inputs, and for each
 * collection whose files leave open what others show.
 */
export async function readerNotes(
  { spec }: Resource<DeriveSpec>,
  inputs: InputMatcher,
  materializer: Materializer,
  job: Job,
): Promise<readonly string[]> {
  const notes = new Set<string>();
  for (const collection of spec.collections) {
    const { name, pattern, query } = collection;
    const matches = await inputs.match(pattern);
    if (matches.length === 0) continue;
    for (const note of await notesOfOthers(collection, matches, materializer, job)) notes.add(note);
    const calls = uncheckedCalls(query);
    for (const { reader, options } of calls) {
      const why = options.length > 0 ? `with ${options.join(', ')}` : 'in a query with paths of files';
      notes.add(`collection ${name}: ${reader} ${why} leaves the reading to DuckDB, without the checks of DuckPond`);
    }
  }
  return [...notes];
}

/**
 * A file is read alone, as its derived file depends on no other: a note for the first whose numbers have a decimal sign
 * that others show, and for the first with another unit.
 */
async function notesOfOthers(
  { name, format }: DeriveCollection,
  matches: readonly Match[],
  materializer: Materializer,
  job: Job,
): Promise<readonly string[]> {
  const source = textSource(matches, (match) => formatOfInput(match, format));
  const open: string[] = [];
  const units: string[] = [];
  for (const match of matches) {
    const decided = (await source.notationFor(match, materializer, job))?.decided;
    const column = decided?.signs.find(([, sign = decided.sign]) => sign !== '.' && sign !== undefined);
    if (column !== undefined) open.push(`${match.path}, column "${column[0]}"`);
    const other = decided?.otherUnit;
    if (other !== undefined)
      units.push(`"${other.name}" of ${match.path} is ${other.unit}, and ${other.known} in ${other.path}`);
  }
  const notes: string[] = [];
  if (open.length > 0)
    notes.push(
      `numbers of ${firstOf(open)}, can be read with a decimal point or comma, and each file is read alone, although others show the sign; state \`decimal\` in \`format\``,
    );
  if (units.length > 0) notes.push(`the unit of column ${firstOf(units)}; each file is read alone`);
  return notes.map((note) => `collection ${name}: ${note}`);
}

/** The first of files, and the number of the others. */
const firstOf = ([first = '', ...others]: readonly string[]): string =>
  others.length === 0 ? first : `${first}, and ${plural(others.length, 'other file')}`;
