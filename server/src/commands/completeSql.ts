import { allowedFunctions } from '../sandbox/functionNames.ts';
import { sqlKeywords } from '../sql/keywords.ts';
import { isWord, type SqlTableName, type TypedSql, typedSql } from '../sql/typedSql.ts';
import { type Result, type SqlNameInfo } from '../protocol/commands.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { children } from './children.ts';
import { columnsAt, orNone, sqlAt } from './sqlNames.ts';
import { type Command, type CommandContext } from './verb.ts';

/** Maximum number of names of a directory; of more, those that begin with the begun word. */
const entriesMax = 1000;

/** Names for the word that is begun at a position of a text of SQL, or of a query in a document. */
export const completeSql: Command<'completeSql'> = async (pond, params, context) => {
  const at = await sqlAt(pond, params);
  if (at === undefined) return null;
  const typed = typedSql(at.sql, at.offset, at.tables);
  if (typed === undefined) return { start: params.offset, names: [], isPartial: false };
  const { names, isPartial } = await namesFor(pond, { typed, tables: at.tables, at: params.at }, context);
  const start = at.sourceOffset(typed.start);
  return { start, names: names.map((name) => ({ ...name, text: at.written(name.text) })), isPartial };
};

interface Typed {
  readonly typed: TypedSql;
  readonly tables: readonly SqlTableName[];
  readonly at: string | undefined;
}

type Names = Pick<NonNullable<Result<'completeSql'>>, 'names' | 'isPartial'>;

async function namesFor(pond: ResourcePond, { typed, tables, at }: Typed, context: CommandContext): Promise<Names> {
  if (typed.names === 'paths') return await entries(pond, at, typed, context);
  const whole = (names: readonly SqlNameInfo[]): Names => ({ names, isPartial: false });
  const tableNames = (areWords: boolean): readonly SqlNameInfo[] =>
    tables.filter(({ name }) => isWord(name) === areWords).map(({ name }) => named('table', name));
  if (typed.names === 'tables') return whole(tableNames(false));
  const columns = await columnNames(pond, { at, tables, typed }, context);
  if (typed.names === 'columns') return whole(columns);
  const isLower = typed.begun !== '' && typed.begun === typed.begun.toLowerCase();
  const keywords = sqlKeywords.map((word) => named('keyword', isLower ? word.toLowerCase() : word));
  return whole([...tableNames(true), ...columns, ...functions, ...keywords]);
}

const named = (kind: SqlNameInfo['kind'], text: string): SqlNameInfo => ({ kind, text });

/** Functions without the operators. */
const functions: readonly SqlNameInfo[] = [...allowedFunctions]
  .filter((name) => /^[a-z]\w*$/.test(name))
  .sort()
  .map((name) => named('function', name));

async function entries(
  pond: ResourcePond,
  at: string | undefined,
  { directory, begun, quote }: Extract<TypedSql, { names: 'paths' }>,
  context: CommandContext,
): Promise<Names> {
  const path = directory === '/' ? directory : directory.slice(0, -1);
  const params = { pond: pond.directory, path, ...(at !== undefined && { at }) };
  const all = await orNone(() => children(pond, params, context));
  const isBegun = (name: string): boolean => name.toLowerCase().startsWith(begun.toLowerCase());
  const isPartial = all.length > entriesMax;
  const shown = isPartial ? all.filter(([name]) => isBegun(name)).slice(0, entriesMax) : all;
  const names = shown.map(([name, type, targetType]) => {
    const path = `${directory}${name}`.replaceAll(quote, `${quote}${quote}`);
    return (targetType ?? type) === 'directory' ? named('directory', `${path}/`) : named('file', path);
  });
  return { names, isPartial };
}

/** Columns of the tables, those of several tables once. */
async function columnNames(
  pond: ResourcePond,
  { at, tables, typed }: Typed & { readonly typed: Extract<TypedSql, { names: 'columns' | 'all' }> },
  context: CommandContext,
): Promise<readonly SqlNameInfo[]> {
  const found = new Map<string, SqlNameInfo>();
  for (const path of typed.paths) {
    for (const { name, type } of await columnsAt(pond, { path, at, tables }, context)) {
      const text = typed.names === 'columns' && typed.isQuoted ? name.replaceAll('"', '""') : quotedName(name);
      if (!found.has(text)) found.set(text, { kind: 'column', text, detail: type });
    }
  }
  return [...found.values()];
}

/** A column whose name is not a plain word needs quotes. */
function quotedName(name: string): string {
  return isWord(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
