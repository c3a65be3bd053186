import { isPondError } from '../../../base/error.ts';
import { pondNamesIn } from '../../../sandbox/pondNames.ts';
import { hasWildcard } from '../../../tinyfs/glob.ts';
import { type InputMatcher, type Match } from '../../model/derivedContent.ts';

/** A pond path or pattern that a query uses as a table, with the files it matches; at least one. */
export interface InputTable {
  readonly name: string;
  readonly matches: readonly Match[];
}

/**
 * Returns the tables of a query other than its matched file. A name that matches nothing is skipped: the query reports
 * it when it runs.
 */
export async function inputTables(inputs: InputMatcher, sql: string): Promise<readonly InputTable[]> {
  const tables = new Map<string, InputTable>();
  for (const { name, certain } of pondNamesIn(sql)) {
    if (tables.has(name)) continue;
    const matches = await matchesOf(inputs, name, certain);
    if (matches.length > 0) tables.set(name, { name, matches });
  }
  return [...tables.values()];
}

/**
 * The whole name as a path takes precedence, as in any query. A text that may not be a table must not cause a failure.
 */
async function matchesOf(inputs: InputMatcher, name: string, certain: boolean): Promise<readonly Match[]> {
  try {
    const exact = await inputs.match(name.replace(/[\\*?[\]{}]/g, '\\$&'));
    return exact.length > 0 || !hasWildcard(name) ? exact : await inputs.match(name);
  } catch (error) {
    if (!certain && isPondError(error, 'invalid-path')) return [];
    throw error;
  }
}
