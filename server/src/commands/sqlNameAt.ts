import { type Token, tokenize } from '../base/sqlTokens.ts';
import { type SqlNameAtInfo } from '../protocol/commands.ts';
import { displayPaths } from '../resources/displayPath.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { isReserved } from '../sql/keywords.ts';
import { treeAt } from '../pond/treeAt.ts';
import { type SqlTableName, tablesAround } from '../sql/typedSql.ts';
import { hasWildcard } from '../tinyfs/glob.ts';
import { columnsAt, firstFile, orNone, sqlAt } from './sqlNames.ts';
import { type Command, type CommandContext } from './verb.ts';

/** The table or the column that the name at a position means. */
export const sqlNameAt: Command<'sqlNameAt'> = async (pond, params, context) => {
  const at = await sqlAt(pond, params);
  const tokens = at === undefined ? [] : tokenize(at.sql);
  const index = tokens.findIndex(({ start, end }) => at !== undefined && start <= at.offset && at.offset < end);
  const token = tokens[index];
  if (at === undefined || token === undefined || token.kind === 'symbol') return null;
  const range = { start: at.sourceOffset(token.start), end: at.sourceOffset(token.end) };
  const tables = tablesAround(at.sql, at.offset, at.tables);
  const named = (text: string): readonly string[] =>
    tables.filter(({ names }) => names.includes(text.toLowerCase())).map(({ path }) => path);
  const [table] = named(token.text);
  if (table !== undefined) return await inFile(pond, params.at, { ...range, path: table });
  if (token.kind === 'string' || (token.kind === 'word' && isReserved(token.text))) return null;
  const qualifier = tokens[index - 1]?.text === '.' ? tokens[index - 2]?.text : undefined;
  const paths = qualifier === undefined ? tables.map(({ path }) => path) : named(qualifier);
  const found = await columnIn(pond, { paths, token, at: params.at, tables: at.tables }, context);
  return found === undefined ? null : await inFile(pond, params.at, { ...range, ...found });
};

type Column = Required<Pick<SqlNameAtInfo, 'path' | 'column'>>;

/** A name that may be that of a column of tables at some paths. */
interface ColumnName {
  readonly paths: readonly string[];
  readonly token: Token;
  readonly at: string | undefined;
  readonly tables: readonly SqlTableName[];
}

async function columnIn(
  pond: ResourcePond,
  { paths, token, at, tables }: ColumnName,
  context: CommandContext,
): Promise<Column | undefined> {
  for (const path of new Set(paths)) {
    const columns = await columnsAt(pond, { path, at, tables }, context);
    const column = columns.find(({ name }) => name.toLowerCase() === token.text.toLowerCase());
    if (column !== undefined) return { path, column };
  }
  return undefined;
}

/** The name with its file, as people know it, the first one of a pattern; null without one. */
async function inFile(pond: ResourcePond, at: string | undefined, name: SqlNameAtInfo): Promise<SqlNameAtInfo | null> {
  const isPattern = hasWildcard(name.path);
  const [path] = isPattern ? await orNone(() => firstFile(pond, at, name.path)) : [name.path];
  if (path === undefined) return null;
  const names = displayPaths([await treeAt(pond, at)]);
  return { ...name, ...(await names.named(path)), ...(isPattern && { pattern: name.path }) };
}
