import { literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { type TextFormat } from '../textFormat.ts';

/** A separator of thousands that is stated. */
type Thousands = NonNullable<TextFormat['thousands']>;

/** Characters that stand for each separator: the space also as one of the spaces without a line break. */
const characters: Readonly<Record<Thousands, string>> = { space: ' \u00a0\u2009\u202f', apostrophe: "'\u2019" };

/** Returns a number without its separators, between groups of three digits; undefined for any other text. */
export function withoutThousands(text: string, thousands: Thousands): string | undefined {
  const separator = `[${characters[thousands]}]`;
  const grouped = new RegExp(`^[+-]?\\d{1,3}(?:${separator}\\d{3})+(?:[.,]\\d+)?$`);
  return grouped.test(text) ? text.replaceAll(new RegExp(separator, 'g'), '') : undefined;
}

/** The text of a number without its separators. */
export function withoutThousandsSql(cell: SqlText, thousands: TextFormat['thousands']): SqlText {
  return thousands === undefined ? cell : sql`translate(${cell}, ${literal(characters[thousands])}, '')`;
}
