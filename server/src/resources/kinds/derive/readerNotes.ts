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
    for (const note of await openSigns(collection, matches, materializer, job)) notes.add(note);
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
 * that others show.
 */
async function openSigns(
  { name, format }: DeriveCollection,
  matches: readonly Match[],
  materializer: Materializer,
  job: Job,
): Promise<readonly string[]> {
  const source = textSource(matches, (match) => formatOfInput(match, format));
  const open: string[] = [];
  for (const match of matches) {
    const shared = await source.notationFor(match, materializer, job);
    const column = shared?.decided.signs.find(([, sign = shared.decided.sign]) => sign !== '.' && sign !== undefined);
    if (column !== undefined) open.push(`${match.path}, column "${column[0]}"`);
  }
  const more = open.length > 1 ? `, and ${plural(open.length - 1, 'other file')}` : '';
  return open.length === 0
    ? []
    : [
        `collection ${name}: numbers of ${open[0]}${more}, can be read with a decimal point or comma, and each file is read alone, although others show the sign; state \`decimal\` in \`format\``,
      ];
}
