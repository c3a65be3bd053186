/** Tables that a text of SQL reads, and their columns, for the editing of queries. */
import { isPondError } from '../base/error.ts';
import { type SqlInput } from '../documents/sqlInputs.ts';
import { formatOfEntry } from '../documents/statedFormat.ts';
import { type Column, type SqlTextParams } from '../protocol/commands.ts';
import { queryAt } from '../resources/queryAt.ts';
import { resourceKinds } from '../resources/registry.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { tableColumns } from '../sql/tableColumns.ts';
import { type SqlTableName } from '../sql/typedSql.ts';
import { followIfPossible } from '../tinyfs/resolve.ts';
import { rootPath } from '../tinyfs/nodePath.ts';
import { rootAt } from '../pond/treeAt.ts';
import { type CommandContext } from './verb.ts';

/** A position in SQL. */
interface SqlPosition {
  readonly sql: string;
  readonly offset: number;
  readonly tables: readonly SqlTableName[];
  /** Index in the text of an index in the SQL. */
  sourceOffset(index: number): number;
  /** A part of SQL as it is written in the text. */
  written(sql: string): string;
}

/** Returns the SQL at a position of a text of SQL, or of a document with queries; undefined outside of these. */
export async function sqlAt(
  pond: ResourcePond,
  { text, offset, isDocument, at }: SqlTextParams,
): Promise<SqlPosition | undefined> {
  const same = { sourceOffset: (index: number) => index, written: (sql: string) => sql };
  if (isDocument !== true) return { sql: text, offset, tables: [], ...same };
  const query = queryAt(text, offset, resourceKinds);
  if (query === undefined) return undefined;
  return { ...query, tables: await tablesOf(pond, at, query.inputs) };
}

/** Tables of the inputs of a query. */
export async function tablesOf(
  pond: ResourcePond,
  at: string | undefined,
  inputs: readonly SqlInput[],
): Promise<readonly SqlTableName[]> {
  const tables: SqlTableName[] = [];
  for (const input of inputs) {
    const format = input.format && formatOfEntry(input.format);
    tables.push({ name: input.name, path: await pathOf(pond, at, input), ...(format && { format }) });
  }
  return tables;
}

/** The pattern of an input; the first of its files for a query that reads one of them. */
async function pathOf(pond: ResourcePond, at: string | undefined, { pattern, isEach }: SqlInput): Promise<string> {
  const [first] = isEach ? await orNone(() => firstFile(pond, at, pattern)) : [];
  return first ?? pattern;
}

/** The first file that a pattern matches. */
export async function firstFile(
  pond: ResourcePond,
  at: string | undefined,
  pattern: string,
): Promise<readonly string[]> {
  const root = await rootAt(pond, at);
  const top = rootPath(await root.backend.root());
  for await (const { node } of root.visit(pattern)) {
    const target = node.node.type === 'symlink' ? await followIfPossible(root.backend, top, node) : node;
    if (target !== undefined && !target.isDirectory) return [target.path];
  }
  return [];
}

/** A table of a query. */
interface TableAt {
  readonly path: string;
  readonly at: string | undefined;
  /** Tables that the query reads by names, some with formats. */
  readonly tables: readonly SqlTableName[];
}

/** Columns of the table at a path; none where it cannot be read. */
export async function columnsAt(
  pond: ResourcePond,
  { path, at, tables }: TableAt,
  { queries, signal }: CommandContext,
): Promise<readonly Column[]> {
  const format = tables.find((table) => table.path === path)?.format;
  return await orNone(async () => await tableColumns(await queries(), { pond, name: path, at, format }, signal));
}

/** Result of work; empty where a path cannot be listed or read, as the query reports that error. */
export async function orNone<T>(work: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await work();
  } catch (error) {
    if (isPondError(error) && error.code !== 'cancelled') return [];
    throw error;
  }
}
