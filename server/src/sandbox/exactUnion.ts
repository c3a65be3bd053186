/** Files of one table whose columns have several types: a value that the type of its column rounds ends the query. */
import { type Connection } from '../duckdb/connection.ts';
import { identifier, joinSql, literalList, sql, type SqlText } from '../duckdb/sql.ts';
import { parseSqlType, type SqlType } from '../duckdb/sqlType.ts';
import { alikeNames } from './textTables/layout.ts';
import { firstAlike, otherNames, otherNamesError } from './textTables/alikeNames.ts';
import { exactCastSql, exactUnion, mayRound } from './exactTypes.ts';
import { type SourceFile } from './sources.ts';
import { requireOneUnit } from './textTables/units.ts';
import { type ColumnUnit, sheetUnits } from './xlsx/sheetUnits.ts';

/** A SELECT of files, whose rows are some of a table. */
export interface UnionPart {
  readonly select: SqlText;
  readonly files: readonly SourceFile[];
}

/** The rows of all parts; columns are matched by name. */
export const unionSql = (selects: readonly SqlText[]): SqlText => joinSql(selects, sql` UNION ALL BY NAME `);

/** Names of the columns of a file as it has them; `alike` are those that differ in case alone. */
export interface NamedFile {
  readonly path: string;
  readonly names: readonly string[];
  readonly alike: readonly (readonly string[])[];
  /** From a row of units; undefined for a file without one. */
  readonly units?: readonly ColumnUnit[];
}

/**
 * Parquet files by their columns, so that each column of a group has one type. The versions of a series have the same.
 * Fails `invalid-content` for a file in which the names that differ in case alone are not those of another file, or of
 * `others`, in their order, and for a sheet with another unit for a column.
 */
export async function bySchema(
  connection: Connection,
  files: readonly SourceFile[],
  others: readonly NamedFile[],
): Promise<readonly (readonly SourceFile[])[]> {
  const groups = await groupsOf(connection, files);
  await requireUnits(connection, files, others);
  if (groups.length > 1 || others.length > 0) await requireSameNames(connection, groups, others);
  return groups;
}

/** Fails `invalid-content` for a sheet with another unit for a column than another file. */
async function requireUnits(
  connection: Connection,
  files: readonly SourceFile[],
  others: readonly NamedFile[],
): Promise<void> {
  const sheets = files.filter(({ format }) => format?.units === true);
  if (sheets.length === 0 || sheets.length + others.length < 2) return;
  const units = await sheetUnits(
    connection,
    sheets.map(({ hostPath }) => hostPath),
  );
  const own = sheets.map(({ hostPath, pondPath: path, format }) => ({
    path,
    format,
    units: units.get(hostPath) ?? [],
  }));
  requireOneUnit([...others.map(({ path, units: known = [] }) => ({ path, units: known })), ...own]);
}

async function groupsOf(
  connection: Connection,
  files: readonly SourceFile[],
): Promise<readonly (readonly SourceFile[])[]> {
  if (new Set(files.map(({ pondPath }) => pondPath)).size < 2) return [files];
  const hostPaths = literalList(files.map(({ hostPath }) => hostPath));
  const schema = sql`string_agg(concat_ws(' ', name, num_children, type, duckdb_type, logical_type), ',' ORDER BY column_id)`;
  const rows = await connection.rows(
    sql`SELECT file_name, ${schema} FROM parquet_schema(${hostPaths}) GROUP BY file_name`,
  );
  const schemas = new Map(rows.map(([path, text]) => [String(path), String(text)]));
  const groups = new Map<string | undefined, SourceFile[]>();
  for (const file of files) {
    const key = schemas.get(file.hostPath);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [file]);
    else group.push(file);
  }
  return [...groups.values()];
}

async function requireSameNames(
  connection: Connection,
  groups: readonly (readonly SourceFile[])[],
  others: readonly NamedFile[],
): Promise<void> {
  const firsts = groups.flatMap(([first]) => first ?? []);
  const rows = await connection.rows(
    sql`SELECT file_name, name, num_children FROM parquet_schema(${literalList(firsts.map(({ hostPath }) => hostPath))})`,
  );
  const own = firsts.map(({ hostPath, pondPath: path }): NamedFile => {
    const names = topNames(rows.filter(([file]) => file === hostPath));
    return { path, names, alike: alikeNames(names) };
  });
  requireAlikeNames([...others, ...own]);
}

/**
 * Fails `invalid-content` for a file in which the names that differ in case alone are not those of another, in their
 * order.
 */
export function requireAlikeNames(files: readonly NamedFile[]): void {
  const alike = firstAlike(files);
  for (const file of files) {
    const other = otherNames(file, { alike });
    if (other !== undefined) throw otherNamesError(file.path, other.own, { names: other.known, path: other.path });
  }
}

/** The names of the top columns, from the elements of a schema in their order. */
function topNames(elements: readonly (readonly unknown[])[]): readonly string[] {
  const names: string[] = [];
  let below = 0;
  for (const [, name, children] of elements.slice(1)) {
    if (below === 0) names.push(String(name));
    below += Number(children ?? 0) - (below === 0 ? 0 : 1);
  }
  return names;
}

/**
 * The SELECTs of the parts, in which a value that is not the same in the type of the table's column is an error; undefined
 * when no type rounds values.
 */
export async function exactSelects(
  connection: Connection,
  parts: readonly UnionPart[],
): Promise<readonly SqlText[] | undefined> {
  const own: Columns[] = [];
  for (const { select } of parts) own.push(await columnsOf(connection, select));
  const united = await columnsOf(connection, unionSql(parts.map(({ select }) => select)));
  const checked = parts.map(({ files }, at) =>
    [...own[at]!].flatMap(([name, from]) => {
      const type = united.get(name);
      const to =
        type &&
        exactUnion(
          own.flatMap((columns) => columns.get(name) ?? []),
          type,
        );
      if (to === undefined || to === from || (to === type && !mayRound(from, to))) return [];
      const paths = files.map(({ pondPath }) => pondPath);
      return [sql`${exactCastSql({ name, from, to }, paths)} AS ${identifier(name)}`];
    }),
  );
  if (checked.every((values) => values.length === 0)) return undefined;
  return parts.map(({ select }, at) =>
    checked[at]!.length === 0 ? select : sql`SELECT * REPLACE (${joinSql(checked[at]!)}) FROM (${select})`,
  );
}

/** Types of columns by their names in lower case, as names are matched; columns of other types are never rounded. */
type Columns = ReadonlyMap<string, SqlType>;

async function columnsOf(connection: Connection, select: SqlText): Promise<Columns> {
  const columns = await connection.columnsOf(select);
  return new Map(
    columns.flatMap(({ name, type: text }) => {
      const type = parseSqlType(text);
      return type === undefined ? [] : [[name.toLowerCase(), type] as const];
    }),
  );
}
