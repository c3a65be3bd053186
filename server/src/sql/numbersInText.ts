/** Values of columns of text in which a person reads numbers or times, for the description of a table. */
import { type FormatOptions } from '../base/error.ts';
import { type FormatOffer } from '../sandbox/textTables/description.ts';
import { type TextFormat } from '../sandbox/textFormat.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../duckdb/sql.ts';

/** Values of one form in a column of text. */
export interface TextForm {
  readonly column: string;
  /** In the plural: what the values look like. */
  readonly title: string;
  /** Number of values of the form, or that are plain numbers, and of all that are not NULL. */
  readonly count: number;
  readonly values: number;
  /** The first in order of the other values; undefined without any. */
  readonly other: string | undefined;
  /** Options by which all values are read as numbers; undefined without any. */
  readonly options: FormatOptions | undefined;
  /** The type to state for the column, by which all values are read; undefined for any others. */
  readonly type: StatedTypeName | undefined;
}

type StatedTypeName = 'number' | 'timestamp';

interface Form {
  readonly title: string;
  /** Of all of a value, as JavaScript and the engine understand it. */
  readonly pattern: string;
  /** As `pattern`, of the other values that are read like them. */
  readonly alike?: string;
  readonly options?: FormatOptions;
  readonly type?: StatedTypeName;
}

const number = '[+-]?\\d[\\d.,]*';
const currency = '[$€£¥]|EUR|USD|GBP|CHF';

const forms: readonly Form[] = [
  {
    title: 'numbers with spaces between thousands',
    pattern: '[+-]?\\d{1,3}([ \u00a0\u2009\u202f]\\d{3})+([.,]\\d+)?',
    alike: number,
    options: { thousands: 'space' },
  },
  {
    title: 'numbers with apostrophes between thousands',
    pattern: "[+-]?\\d{1,3}(['\u2019]\\d{3})+([.,]\\d+)?",
    alike: number,
    options: { thousands: 'apostrophe' },
  },
  { title: 'numbers with a percent sign', pattern: `${number} ?%`, alike: number },
  { title: 'numbers with a currency', pattern: `(${currency}) ?${number}|${number} ?(${currency})`, alike: number },
  { title: 'numbers with a unit', pattern: `${number}( [°µμ]?|[°µμ])\\p{L}{1,4}`, alike: number },
  { title: 'times of day with a.m. or p.m.', pattern: '\\d{1,2}:\\d\\d(:\\d\\d)? ?[AaPp]([.]?[Mm][.]?)?' },
  { title: 'times with the name of a zone', pattern: '.*\\d:\\d\\d(:\\d\\d)? [A-Z]{3,4}' },
  { title: 'dates with the name of a month', pattern: '\\d{1,2}[-./ ]+\\p{L}{3,9}[.]?[-./ ]+\\d{2,4}.*' },
];

const zone = 'Z|UTC|[+-]\\d\\d(:?\\d\\d)?';

/** In files whose formats have types, where a value of another type makes a column text. */
const typedForms: readonly Form[] = [
  ...forms,
  { title: 'numbers', pattern: '[+-]?((0|[1-9]\\d{0,14})([.,]\\d*)?|[.]\\d+)([eE][+-]?\\d+)?', type: 'number' },
  {
    title: 'times',
    pattern: `\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d(:\\d\\d([.,]\\d+)?)?( ?(${zone}))?)?`,
    type: 'timestamp',
  },
];

/** Rows in which the form of a column is looked for, at most. */
const sampleMax = 100;

/** Runs a query, and returns its rows. */
type Rows = (text: SqlText) => Promise<readonly (readonly (string | null)[])[]>;

/** Columns of text of a table, and whether the format of the table has types. */
interface TextColumns {
  readonly table: SqlText;
  readonly columns: readonly string[];
  readonly isTyped: boolean;
}

/**
 * Finds the columns of text of which at least half of the values are of one form. One query over a few rows, and one over
 * all if needed.
 */
export async function numbersInText(
  { table, columns, isTyped }: TextColumns,
  rows: Rows,
): Promise<readonly TextForm[]> {
  if (columns.length === 0) return [];
  const sample = await rows(sql`SELECT ${joinSql(columns.map(identifier))} FROM ${table} LIMIT ${sampleMax}`);
  const likely = columns.flatMap((column, index) => {
    const form = formOf(
      isTyped ? typedForms : forms,
      sample.flatMap((row) => row[index] ?? []),
    );
    return form === undefined ? [] : [{ column, form }];
  });
  if (likely.length === 0) return [];
  const counts = likely.map(({ column, form }) => {
    const text = sql`trim(${identifier(column)})`;
    const isOfForm = sql`regexp_full_match(${text}, ${literal(wholeOf(form))})`;
    return sql`count(${text}), count(*) FILTER (WHERE ${isOfForm}), min(${text}) FILTER (WHERE NOT ${isOfForm})`;
  });
  const [all = []] = await rows(sql`SELECT ${joinSql(counts)} FROM ${table}`);
  return likely.flatMap(({ column, form: { title, options, type } }, index): readonly TextForm[] => {
    const [values, count, other] = all.slice(index * 3);
    const counted = { values: Number(values), count: Number(count), other: other ?? undefined };
    if (counted.count * 2 < counted.values) return [];
    const isWhole = counted.count === counted.values;
    const whole = { options: isTyped ? undefined : options, type };
    return [{ column, title, ...counted, ...(isWhole ? whole : { options: undefined, type: undefined }) }];
  });
}

/** The option to read the columns of a sheet whose texts are all numbers or times; undefined without one. */
export function offerOfSheetTypes(found: readonly TextForm[], { types }: TextFormat = {}): FormatOffer | undefined {
  const whole = found.filter(({ type }) => type !== undefined);
  if (whole.length === 0) return undefined;
  const columns = `${whole.length === 1 ? 'the column' : 'the columns'} ${whole.map(({ column }) => column).join(', ')}`;
  return {
    reason: `${columns} ${whole.length === 1 ? 'has' : 'have'} numbers or times as text`,
    format: { types: { ...types, ...Object.fromEntries(whole.map(({ column, type = '' }) => [column, type])) } },
  };
}

const wholeOf = ({ pattern, alike }: Form): string => (alike === undefined ? pattern : `${pattern}|${alike}`);

/** The form of at least half of the values, of which not all are others that are read like it; undefined for any others. */
function formOf(possible: readonly Form[], values: readonly string[]): Form | undefined {
  return possible.find((form) => {
    const isOfForm = matcher(form.pattern);
    return values.some(isOfForm) && values.filter(matcher(wholeOf(form))).length * 2 >= values.length;
  });
}

function matcher(pattern: string): (value: string) => boolean {
  const whole = new RegExp(`^(?:${pattern})$`, 'u');
  return (value) => whole.test(value.trim());
}
