/** Values of columns of text in which a person reads numbers or times, for the description of a table. */
import { type FormatOptions } from '../base/error.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../duckdb/sql.ts';

/** Values of one form in a column of text. */
export interface TextForm {
  readonly column: string;
  /** In the plural: what the values look like. */
  readonly title: string;
  /** Number of values of the form, or that are plain numbers, and of all that are not NULL. */
  readonly count: number;
  readonly values: number;
  /** Options by which all values are read as numbers; undefined without any. */
  readonly options: FormatOptions | undefined;
}

interface Form {
  readonly title: string;
  /** Of all of a value, as JavaScript and the engine understand it. */
  readonly pattern: string;
  readonly options?: FormatOptions;
}

const number = '[+-]?\\d[\\d.,]*';
const currency = '[$€£¥]|EUR|USD|GBP|CHF';

const forms: readonly Form[] = [
  {
    title: 'numbers with spaces between thousands',
    pattern: '[+-]?\\d{1,3}([ \u00a0\u2009\u202f]\\d{3})+([.,]\\d+)?',
    options: { thousands: 'space' },
  },
  {
    title: 'numbers with apostrophes between thousands',
    pattern: "[+-]?\\d{1,3}(['\u2019]\\d{3})+([.,]\\d+)?",
    options: { thousands: 'apostrophe' },
  },
  { title: 'numbers with a percent sign', pattern: `${number} ?%` },
  { title: 'numbers with a currency', pattern: `(${currency}) ?${number}|${number} ?(${currency})` },
  { title: 'numbers with a unit', pattern: `${number}( [°µμ]?|[°µμ])\\p{L}{1,4}` },
  { title: 'times of day with a.m. or p.m.', pattern: '\\d{1,2}:\\d\\d(:\\d\\d)? ?[AaPp]([.]?[Mm][.]?)?' },
  { title: 'times with the name of a zone', pattern: '.*\\d:\\d\\d(:\\d\\d)? [A-Z]{3,4}' },
  { title: 'dates with the name of a month', pattern: '\\d{1,2}[-./ ]+\\p{L}{3,9}[.]?[-./ ]+\\d{2,4}.*' },
];

/** Rows in which the form of a column is looked for, at most. */
const sampleMax = 100;

/** Runs a query, and returns its rows. */
type Rows = (text: SqlText) => Promise<readonly (readonly (string | null)[])[]>;

/** Finds the columns of text of which at least half of the values are of one form. One query over a few rows, and one over all if needed. */
export async function numbersInText(
  table: SqlText,
  columns: readonly string[],
  rows: Rows,
): Promise<readonly TextForm[]> {
  if (columns.length === 0) return [];
  const sample = await rows(sql`SELECT ${joinSql(columns.map(identifier))} FROM ${table} LIMIT ${sampleMax}`);
  const likely = columns.flatMap((column, index) => {
    const form = formOf(sample.flatMap((row) => row[index] ?? []));
    return form === undefined ? [] : [{ column, form }];
  });
  if (likely.length === 0) return [];
  const counts = likely.map(({ column, form }) => {
    const text = sql`trim(${identifier(column)})`;
    const matches = (pattern: string): SqlText => sql`regexp_full_match(${text}, ${literal(pattern)})`;
    return sql`count(${text}), count(*) FILTER (WHERE ${matches(form.pattern)} OR ${matches(number)})`;
  });
  const [all = []] = await rows(sql`SELECT ${joinSql(counts)} FROM ${table}`);
  return likely.flatMap(({ column, form: { title, options } }, index): readonly TextForm[] => {
    const [values, count] = [Number(all[index * 2]), Number(all[index * 2 + 1])];
    const isWhole = count === values;
    return count * 2 < values ? [] : [{ column, title, count, values, options: isWhole ? options : undefined }];
  });
}

/** The form of at least half of the values, of which not all are plain numbers; undefined for any others. */
function formOf(values: readonly string[]): Form | undefined {
  const isPlain = matcher(number);
  return forms.find(({ pattern }) => {
    const isOfForm = matcher(pattern);
    const own = values.filter(isOfForm).length;
    return own > 0 && (own + values.filter(isPlain).length) * 2 >= values.length;
  });
}

function matcher(pattern: string): (value: string) => boolean {
  const whole = new RegExp(`^(?:${pattern})$`, 'u');
  return (value) => whole.test(value.trim());
}
