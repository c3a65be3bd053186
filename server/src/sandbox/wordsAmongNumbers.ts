/** Texts among the numbers of a column, such as Ice of the USGS, which make it text. */
import { plural } from '../base/plural.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../duckdb/sql.ts';
import { type TextFormat } from './textFormat.ts';
import { type FormatOffer } from './textTables/description.ts';

/** Numbers, other than those with zeros in front, which are ids. */
const number = '[+-]?(0|[1-9][0-9]*)?([.,][0-9]+)?([eE][+-]?[0-9]+)?';

/** Different texts, at most: others are rather a column of words. */
const wordsMax = 8;

/** A table, and its columns of text. */
interface TextColumns {
  readonly table: SqlText;
  readonly columns: readonly string[];
  /** The format that is stated for the file. */
  readonly format: TextFormat | undefined;
}

/** Runs a query, and returns its rows. */
type Rows = (text: SqlText) => Promise<readonly (readonly unknown[])[]>;

/**
 * The offers of a file with all texts among its numbers in place of those that its scan found first. Where another option is
 * offered, such as a row of units, that comes first: it may have other texts.
 */
export async function withWords(
  offers: readonly FormatOffer[],
  table: TextColumns,
  rows: Rows,
): Promise<readonly FormatOffer[]> {
  if (offers.some(({ format }) => format.nulls === undefined)) return offers;
  const words = await offerOfWords(table, rows);
  if (words === undefined) return offers;
  const nulls = [...offers, words].flatMap(({ format }) => format.nulls ?? []);
  return [{ ...words, format: { nulls: [...new Set(nulls)] } }];
}

/**
 * The option to read the few texts of columns of numbers as missing values; undefined without any. A column has at
 * least as many numbers as texts, or twice as many different ones: under ice, a gauge writes few numbers. One query
 * over all columns, and one over each of them that has such texts.
 */
async function offerOfWords(
  { table, columns, format: { nulls = [] } = {} }: TextColumns,
  rows: Rows,
): Promise<FormatOffer | undefined> {
  if (columns.length === 0) return undefined;
  const counts = columns.map((column) => {
    const value = valueOf(column);
    const [isOne, numbers] = [isNumber(value), sql`CASE WHEN ${isNumber(value)} THEN ${value} END`];
    return sql`count(${value}), count(*) FILTER (WHERE ${isOne}), approx_count_distinct(${numbers})`;
  });
  const [all = []] = await rows(sql`SELECT ${joinSql(counts)} FROM ${table}`);
  const reasons: string[] = [];
  const words = new Set<string>();
  for (const [index, column] of columns.entries()) {
    const [values = 0, numbers = 0, different = 0] = all.slice(index * 3, index * 3 + 3).map(Number);
    if (numbers === values || numbers === 0) continue;
    const own = await wordsOf(table, column, rows);
    // A text with digits, such as <0.05 or 1'200, is rather a number in another form.
    if (own.some((word) => /\d/.test(word))) continue;
    if (own.length > wordsMax || (numbers * 2 < values && different < own.length * 2)) continue;
    const listed = own.map((word) => `"${word}"`).join(', ');
    reasons.push(
      `column "${column}" has ${plural(values - numbers, 'text')} among ${plural(numbers, 'number')}: ${listed}`,
    );
    for (const word of own) words.add(word);
  }
  if (words.size === 0 || words.size > wordsMax) return undefined;
  return { reason: reasons.join('; '), format: { nulls: [...new Set([...nulls, ...words])] } };
}

/** The different texts of a column in their order; one more than may be offered at most. */
async function wordsOf(table: SqlText, column: string, rows: Rows): Promise<readonly string[]> {
  const value = valueOf(column);
  const found = await rows(
    sql`SELECT DISTINCT ${value} FROM ${table} WHERE ${value} IS NOT NULL AND NOT ${isNumber(value)} LIMIT ${wordsMax + 1}`,
  );
  return found.map(([word]) => String(word)).sort();
}

const valueOf = (column: string): SqlText => sql`nullif(trim(${identifier(column)}), '')`;

const isNumber = (value: SqlText): SqlText => sql`regexp_full_match(${value}, ${literal(number)})`;
