/** Calls of a query that leave the reading of a text to DuckDB's own reader, without the checks of the pond. */
import { tokenize } from '../base/sqlTokens.ts';
import { callFormat, callOptions, isKnownOption } from '../sandbox/callFormat.ts';
import { optionsOf, type ReaderCall, readerCallsIn } from '../sandbox/readerCalls.ts';
import { inputAt, showsPaths } from './inputSql.ts';

/** A reader function of such a call, with the reasons. */
interface UncheckedCall {
  readonly reader: string;
  /** Names of the options that only DuckDB has; empty where the rest of the query is the reason. */
  readonly options: readonly string[];
}

/** Returns the calls of text readers over the input that DuckDB decides alone; none for most queries. */
export function uncheckedCalls(sql: string): readonly UncheckedCall[] {
  const tokens = tokenize(sql);
  const { calls } = readerCallsIn(sql, tokens, inputAt);
  const isForPaths = showsPaths(calls, tokens);
  return calls.flatMap((call) => {
    const { format } = optionsOf(call.name);
    if (format === undefined) return [];
    const options = format === 'csv' ? csvOptions(sql, call) : jsonOptions(sql, call);
    if (options !== undefined) return [{ reader: call.name, options }];
    return format === 'csv' && isForPaths ? [{ reader: call.name, options: [] }] : [];
  });
}

/** Undefined when the pond has all options of the call. */
function csvOptions(sql: string, call: ReaderCall): readonly string[] | undefined {
  const { hasOthers, others, isComplete } = callFormat(sql.slice(call.end, call.close).replace(/^\s*\]/, ''));
  if (isComplete) return ['auto_detect', ...others];
  return hasOthers ? others : undefined;
}

function jsonOptions(sql: string, call: ReaderCall): readonly string[] | undefined {
  const options = callOptions(sql.slice(call.end, call.close).replace(/^\s*\]/, ''));
  const others = options?.filter(([name, value]) => name !== 'compression' && !isKnownOption(call.name, name, value));
  return others?.length === 0 ? undefined : (others ?? []).map(([name]) => name);
}
