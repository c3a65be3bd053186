import { createLineMap } from '../base/lineMap.ts';
import { isPondError, type PondError } from '../base/error.ts';
import { tokenize } from '../base/sqlTokens.ts';
import { type SqlProblemInfo } from '../protocol/commands.ts';
import { queriesOf } from '../resources/queryAt.ts';
import { resourceKinds } from '../resources/registry.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { bindingSql } from '../sql/bindingSql.ts';
import { tablesOf } from './sqlNames.ts';
import { type Command, type CommandContext } from './verb.ts';

/** Errors of the queries in a document. */
export const checkQueries: Command<'checkQueries'> = async (pond, { text }, context) => {
  const problems: SqlProblemInfo[] = [];
  const queries = queriesOf(text, resourceKinds).filter(({ inputs }) => !inputs.some(({ isFormatted }) => isFormatted));
  for (const query of queries) {
    const bound = bindingSql(query.sql, await tablesOf(pond, undefined, query.inputs));
    const error = bound === undefined ? undefined : await failureOf(pond, bound.text, context);
    if (bound === undefined || error === undefined) continue;
    const { code, message, hint, position = { line: 0, character: 0 } } = error;
    const start = bound.indexInQuery(createLineMap(bound.text).offsetAt(position));
    const end = tokenize(query.sql).find((token) => token.start <= start && start < token.end)?.end ?? start;
    const range = { start: query.sourceOffset(start), end: query.sourceOffset(end) };
    problems.push({ code, message, ...(hint !== undefined && { hint }), ...range });
  }
  return problems;
};

/** Error of the text of a query; undefined without one, and for an error about its files. */
async function failureOf(
  pond: ResourcePond,
  sql: string,
  { queries, signal }: CommandContext,
): Promise<PondError | undefined> {
  const engine = await queries();
  try {
    const { resultId } = await engine.run(pond, { sql }, signal);
    await engine.release(resultId);
    return undefined;
  } catch (error) {
    if (!isPondError(error) || error.code === 'cancelled') throw error;
    return error.code === 'query-invalid' ? error : undefined;
  }
}
