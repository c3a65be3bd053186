import { createLineMap } from '../base/lineMap.ts';
import { isPondError, type PondError } from '../base/error.ts';
import { tokenize } from '../base/sqlTokens.ts';
import { type SqlProblemInfo } from '../protocol/commands.ts';
import { type SqlInput } from '../documents/sqlInputs.ts';
import { formatOfEntry } from '../documents/statedFormat.ts';
import { queriesOf } from '../resources/queryAt.ts';
import { resourceKinds } from '../resources/registry.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type QueryRequest } from '../sandbox/types.ts';
import { bindingSql } from '../sql/bindingSql.ts';
import { tablesOf } from './sqlNames.ts';
import { type Command, type CommandContext } from './verb.ts';

/** Errors of the queries in a document. */
export const checkQueries: Command<'checkQueries'> = async (pond, { text }, context) => {
  const problems: SqlProblemInfo[] = [];
  const queries = queriesOf(text, resourceKinds).filter(({ inputs }) => inputs.every(hasReading));
  for (const query of queries) {
    const tables = await tablesOf(pond, undefined, query.inputs);
    const bound = bindingSql(query.sql, tables);
    const formats = new Map(tables.flatMap(({ path, format }) => (format === undefined ? [] : [[path, format]])));
    const error = bound === undefined ? undefined : await failureOf(pond, { sql: bound.text, formats }, context);
    if (bound === undefined || error === undefined) continue;
    const { code, message, hint, position = { line: 0, character: 0 } } = error;
    const start = bound.indexInQuery(createLineMap(bound.text).offsetAt(position));
    const end = tokenize(query.sql).find((token) => token.start <= start && start < token.end)?.end ?? start;
    const range = { start: query.sourceOffset(start), end: query.sourceOffset(end) };
    problems.push({ code, message, ...(hint !== undefined && { hint }), ...range });
  }
  return problems;
};

/** False for an input whose format in the document has errors. */
const hasReading = ({ format }: SqlInput): boolean => format === undefined || formatOfEntry(format) !== undefined;

/** Error of the text of a query; undefined without one, and for an error about its files. */
async function failureOf(
  pond: ResourcePond,
  request: QueryRequest,
  { queries, signal }: CommandContext,
): Promise<PondError | undefined> {
  const engine = await queries();
  try {
    const { resultId } = await engine.run(pond, request, signal);
    await engine.release(resultId);
    return undefined;
  } catch (error) {
    if (!isPondError(error) || error.code === 'cancelled') throw error;
    return error.code === 'query-invalid' ? error : undefined;
  }
}
