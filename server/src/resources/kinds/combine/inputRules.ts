/** Rules of a document for the rows of a series of a scope: its time, and the names and types of its columns. */
import { plural } from '../../../base/plural.ts';
import { PondError } from '../../../base/error.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../../../duckdb/sql.ts';
import { numberCastSql, requireSqlType, tryNumberCastSql } from '../../../duckdb/sqlType.ts';
import { type HostFile } from '../../../pond/hostFile.ts';
import { type TypedColumn } from '../../../sandbox/build.ts';
import { type Job } from '../../../base/job.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { readParquet, writeParquet } from '../../series/readParquet.ts';
import { timeColumnOf, timeSql } from '../../series/time.ts';
import { type CombineSeries } from './spec.ts';

/** Rules of a series; without any, its files are used as they are. */
export type InputRules = Pick<CombineSeries, 'begin' | 'end' | 'rename' | 'cast'>;

/** Returns everything that a series with these rules depends on in addition to its files; undefined without rules. */
export function keyOfRules({ begin, end, rename, cast }: InputRules): readonly string[] | undefined {
  if ([begin, end, rename, cast].every((rule) => rule === undefined)) return undefined;
  const bounds = [begin, end].map((bound) => (bound === undefined ? '' : String(bound.us)));
  return [...bounds, JSON.stringify([...(rename ?? [])]), JSON.stringify([...(cast ?? [])])];
}

/**
 * Returns a file with the rules applied: rows within the time, and rows without a time, which are counted later. Fails
 * `invalid-content` for a value that does not fit its type exactly, and for a new name that the file already has.
 */
export async function withRules(
  file: HostFile,
  rules: InputRules,
  materializer: Materializer,
  job: Job,
): Promise<HostFile> {
  const ruleKey = keyOfRules(rules);
  if (ruleKey === undefined) return file;
  const write = async (target: string, shared: Job): Promise<void> => {
    const { columns } = await materializer.inspect([file], shared);
    requireDifferentNames(columns, rules);
    await requireExact(file, columns, rules, materializer, shared);
    const statements = [writeParquet(rowsSql(file, columns, rules), target)];
    await materializer.builder.run({ statements, reads: [file.hostPath], writes: [target] }, shared.signal);
  };
  return await materializer.file(keyOf('combine input', 3, file.key, ...ruleKey), write, job);
}

function rowsSql({ hostPath }: HostFile, columns: readonly TypedColumn[], rules: InputRules): SqlText {
  const selected = columns.map((column) => {
    const name = newName(column, rules);
    const type = rules.cast?.get(name);
    const value = identifier(column.name);
    return sql`${type === undefined ? value : numberCastSql(value, column.type, requireSqlType(type))} AS ${identifier(name)}`;
  });
  const bounds = boundsSql(columns, rules);
  return sql`SELECT ${joinSql(selected)} FROM ${readParquet([hostPath])}${bounds.length === 0 ? sql`` : sql` WHERE ${joinSql(bounds, sql` AND `)}`}`;
}

/** Conditions for the rows within the time of the rules, by the column that they make the time. */
function boundsSql(columns: readonly TypedColumn[], rules: InputRules): readonly SqlText[] {
  const { begin, end } = rules;
  const column = columns.find((each) => timeColumnOf([{ ...each, name: newName(each, rules) }]) !== undefined);
  if (column === undefined || (begin === undefined && end === undefined)) return [];
  const time = timeSql(column);
  return [
    ...(begin === undefined ? [] : [sql`coalesce(${time} >= make_timestamp(${begin.us}), true)`]),
    ...(end === undefined ? [] : [sql`coalesce(${time} < make_timestamp(${end.us}), true)`]),
  ];
}

/** Returns the names in `rename` and `cast` of columns that are not among `names`, those of the files. */
export function unmatchedNames(names: readonly string[], rules: InputRules): readonly string[] {
  const [before, after] = [new Set(names), new Set(names.map((name) => newName({ name }, rules)))];
  return [
    ...[...(rules.rename?.keys() ?? [])].filter((name) => !before.has(name)),
    ...[...(rules.cast?.keys() ?? [])].filter((name) => !after.has(name)),
  ];
}

function newName({ name }: Pick<TypedColumn, 'name'>, { rename }: InputRules): string {
  return rename?.get(name) ?? name;
}

function requireDifferentNames(columns: readonly TypedColumn[], rules: InputRules): void {
  const seen = new Set<string>();
  for (const column of columns) {
    const name = newName(column, rules);
    if (seen.has(name.toLowerCase())) {
      throw new PondError('invalid-content', `two columns would be called "${name}"`, {
        hint: 'Give them different names in `rename`.',
      });
    }
    seen.add(name.toLowerCase());
  }
}

/** A value that comes back from the other type as it was; a text that is a number in full. */
function misfitSql(name: string, from: string, to: string): SqlText {
  const value = identifier(name);
  const type = requireSqlType(to);
  const cast = tryNumberCastSql(value, from, type);
  if (from === 'VARCHAR') {
    const isNumber = to === 'BIGINT' ? sql`regexp_full_match(${value}, ${literal('\\s*[+-]?[0-9]+\\s*')})` : sql`true`;
    return sql`${value} IS NOT NULL AND (${cast} IS NULL OR NOT ${isNumber})`;
  }
  return sql`${value} IS NOT NULL AND ${tryNumberCastSql(cast, to, requireSqlType(from))} IS DISTINCT FROM ${value}`;
}

async function requireExact(
  { hostPath }: HostFile,
  columns: readonly TypedColumn[],
  rules: InputRules,
  { builder }: Materializer,
  { signal }: Job,
): Promise<void> {
  const casts = columns.flatMap((column) => {
    const to = rules.cast?.get(newName(column, rules));
    return to === undefined || to === column.type ? [] : [{ column, to }];
  });
  const within = boundsSql(columns, rules);
  for (const { column, to } of casts) {
    const isMisfit = joinSql([...within, misfitSql(column.name, column.type, to)], sql` AND `);
    const query = sql`SELECT count(*), min(${identifier(column.name)}::VARCHAR) FROM ${readParquet([hostPath])} WHERE ${isMisfit}`;
    const [row = []] = await builder.run({ statements: [query], reads: [hostPath] }, signal);
    const count = Number(row[0] ?? 0);
    if (count === 0) continue;
    const values = plural(count, 'value');
    throw new PondError(
      'invalid-content',
      `column "${column.name}": ${values} of ${column.type} would not be exact as ${to}, such as "${String(row[1])}"`,
      {
        hint: 'Cast it to another type, or correct the values by a Derive resource.',
      },
    );
  }
}
