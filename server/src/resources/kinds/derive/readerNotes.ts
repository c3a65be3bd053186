import { uncheckedCalls } from '../../../build/unchecked.ts';
import { type InputMatcher } from '../../model/derivedContent.ts';
import { type Resource } from '../../model/kind.ts';
import { type DeriveSpec } from './spec.ts';

/** Returns a note for each call of a reader with whose options DuckDB reads alone, in collections with inputs. */
export async function readerNotes({ spec }: Resource<DeriveSpec>, inputs: InputMatcher): Promise<readonly string[]> {
  const notes = new Set<string>();
  for (const { name, pattern, query } of spec.collections) {
    if ((await inputs.match(pattern)).length === 0) continue;
    for (const { reader, options } of uncheckedCalls(query)) {
      const why = options.length > 0 ? `with ${options.join(', ')}` : 'in a query with paths of files';
      notes.add(`collection ${name}: ${reader} ${why} leaves the reading to DuckDB, without the checks of DuckPond`);
    }
  }
  return [...notes];
}
