import { identifier, joinSql, literal, literalList, sql, type SqlText } from '../../duckdb/sql.ts';
import { type SourceFile } from '../sources.ts';
import { headLines, type TextTable } from './tables.ts';
import { type ReadColumn } from './valueSql.ts';

/** The rows of files with the same options. */
export function readCsv(files: readonly Pick<SourceFile, 'hostPath'>[], options: SqlText): SqlText {
  return sql`read_csv(${literalList(files.map(({ hostPath }) => hostPath))}${options})`;
}

/** The options of read_csv, each after a comma: all of them, so that nothing is guessed. */
export function csvOptions(text: TextTable): SqlText {
  return optionsOf(text, { skip: headLines(text), before: [] });
}

/** As csvOptions, of rows without a head; `before` are whole numbers in columns before those of the file. */
export function rowOptions(text: TextTable, before: readonly string[] = []): SqlText {
  return optionsOf(text, { skip: 0, before });
}

function optionsOf(
  text: TextTable,
  { skip, before }: { readonly skip: number; readonly before: readonly string[] },
): SqlText {
  const { file, scan, columns } = text;
  const { layout, lineEnds } = scan;
  const numbers = before.map((name) => ({ name, readAs: 'BIGINT' }));
  const types = [...numbers, ...columns].map(({ name, readAs }) => sql`${literal(name)}: ${literal(readAs)}`);
  const options = [
    sql`auto_detect = false`,
    sql`delim = ${literal(layout.delimiter)}`,
    sql`quote = ${literal(layout.quote)}`,
    sql`escape = ${literal(layout.quote)}`,
    sql`new_line = ${literal(lineEnds[0] === 'CRLF' ? '\\r\\n' : '\\n')}`,
    sql`skip = ${skip}`,
    sql`comment = ''`,
    sql`header = false`,
    sql`nullstr = ${literalList(['', ...(file.format?.nulls ?? [])])}`,
    sql`columns = {${joinSql(types)}}`,
    sql`compression = ${literal(file.reading.compression ?? 'none')}`,
  ];
  return sql`, ${joinSql(options)}`;
}

/** The columns of a SELECT that makes the values of a CSV file. */
export function listSql(columns: readonly ReadColumn[]): SqlText {
  if (columns.every(({ value }) => value === undefined)) return sql`*`;
  return joinSql(
    columns.map(({ name, value }) => (value === undefined ? identifier(name) : sql`${value} AS ${identifier(name)}`)),
  );
}
