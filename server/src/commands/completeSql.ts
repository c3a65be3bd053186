import { isPondError } from '../base/error.ts';
import { allowedFunctions } from '../sandbox/functionNames.ts';
import { isReserved, sqlKeywords } from '../sql/keywords.ts';
import { tableColumns } from '../sql/tableColumns.ts';
import { type TypedSql, typedSql } from '../sql/typedSql.ts';
import { type Params, type SqlNameInfo } from '../protocol/commands.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { children } from './children.ts';
import { type Command, type CommandContext } from './verb.ts';

/** Maximum number of names of a directory; of more, those that begin with the begun word. */
const entriesMax = 1000;

/** Names for the word that is begun at a position of a text of SQL. */
export const completeSql: Command<'completeSql'> = async (pond, params, context) => {
  const typed = typedSql(params.text, params.offset);
  if (typed === undefined) return { start: params.offset, names: [], isPartial: false };
  const { start } = typed;
  if (typed.names === 'paths') return { start, ...(await entries(pond, params, typed, context)) };
  const columns = await columnNames(pond, params, typed, context);
  if (typed.names === 'columns') return { start, names: columns, isPartial: false };
  const isLower = typed.begun !== '' && typed.begun === typed.begun.toLowerCase();
  const keywords = sqlKeywords.map((word) => named('keyword', isLower ? word.toLowerCase() : word));
  return { start, names: [...columns, ...functions, ...keywords], isPartial: false };
};

const named = (kind: SqlNameInfo['kind'], text: string): SqlNameInfo => ({ kind, text });

/** Functions without the operators. */
const functions: readonly SqlNameInfo[] = [...allowedFunctions]
  .filter((name) => /^[a-z]\w*$/.test(name))
  .sort()
  .map((name) => named('function', name));

async function entries(
  pond: ResourcePond,
  { at }: Params<'completeSql'>,
  { directory, begun, quote }: Extract<TypedSql, { names: 'paths' }>,
  context: CommandContext,
): Promise<{ readonly names: readonly SqlNameInfo[]; readonly isPartial: boolean }> {
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
  { at }: Params<'completeSql'>,
  typed: Extract<TypedSql, { names: 'columns' | 'all' }>,
  { queries, signal }: CommandContext,
): Promise<readonly SqlNameInfo[]> {
  const found = new Map<string, SqlNameInfo>();
  for (const path of typed.paths) {
    const columns = await orNone(async () => await tableColumns(await queries(), { pond, name: path, at }, signal));
    for (const { name, type } of columns) {
      const text = typed.names === 'columns' && typed.isQuoted ? name.replaceAll('"', '""') : quotedName(name);
      if (!found.has(text)) found.set(text, { kind: 'column', text, detail: type });
    }
  }
  return [...found.values()];
}

/** A column whose name is not a plain word needs quotes. */
function quotedName(name: string): string {
  const isPlain = /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && !isReserved(name);
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Result of work; empty where a path cannot be listed or read, as the query reports that error. */
async function orNone<T>(work: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await work();
  } catch (error) {
    if (isPondError(error) && error.code !== 'cancelled') return [];
    throw error;
  }
}
