/** Types of the columns of JSON: what DuckDB finds, where it represents all values, and text or JSON elsewhere. */
import { joinSql, sql, type SqlText } from '../duckdb/sql.ts';
import { hasOffset } from '../duckdb/sqlType.ts';

/** Type of the times with offsets, as they are read; in the table, they are TIMESTAMP in UTC. */
export const zonedType = 'TIMESTAMP WITH TIME ZONE';

/** A choice of type for a column that DuckDB reads inexactly: the first whose condition holds for all values. */
interface TypeRule {
  readonly applies: (type: string) => boolean;
  readonly choices: readonly { readonly type: string; readonly holds: (text: SqlText, value: SqlText) => SqlText }[];
  /** The type when no condition holds. */
  readonly otherwise: string;
}

const integer = sql`'-?[0-9]{16,}'`;

/** A long integer anywhere in nested values, outside of texts. */
const longInside = sql`'[:,\\[][[:space:]]*-?[0-9]{16,}[[:space:]]*[],}]'`;

/** A date in nested values whose year is not first, or has two digits. */
const dateInside = sql`'"[[:space:]]*[0-9]{1,2}-[0-9]{1,2}-[0-9]{1,4}'`;

/** A number out of the range of doubles, anywhere in nested values: its text is kept, while other decimals are doubles. */
const infiniteInside = sql`'[:,\\[][[:space:]]*-?[0-9.]+[eE][+]?[0-9]{3,}[[:space:]]*[],}]'`;

const isExactDouble = (text: SqlText): SqlText => {
  const double = sql`TRY_CAST(${text} AS DOUBLE)`;
  const isExact = sql`CASE WHEN regexp_full_match(${text}, ${integer})
    THEN TRY_CAST(${text} AS HUGEINT) = TRY_CAST(${double} AS HUGEINT)
    ELSE isfinite(${double}) OR NOT regexp_matches(${text}, '[0-9]') END`;
  return sql`coalesce(${isExact}, false)`;
};

/** Notations in which no order of day, month and year is guessed. */
const isoDate = sql`'[[:space:]]*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([[:space:]T].*)?'`;

/** A time of day with Z, or with an offset of less than 16 hours. */
const zonedTime = sql`'[^:]*:.*(Z|[-+](0[0-9]|1[0-5])(:?[0-5][0-9])?)[[:space:]]*'`;

/** An offset in nested values. */
const offsetInside = sql`'"[^":]*:[^"]*[-+][0-9]{2}(:?[0-9]{2})?[[:space:]]*"'`;

/** A text of a time of day with at most the digits of a microsecond. */
const timeOfDay = sql`'[[:space:]]*[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?[[:space:]]*'`;

/** A time in nested values with more digits. */
const fineInside = sql`'"[^"]*:[0-9]{2}[.][0-9]{7,}'`;

/**
 * A time without an offset, with at most the digits of a microsecond: DuckDB finds it after a space and with seconds
 * alone.
 */
const localTime = sql`'[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?'`;

/** False for nested values with a UUID in capitals. */
const hasLowerIds = (text: SqlText): SqlText => {
  const ids = sql`array_to_string(regexp_extract_all(${text}, '"[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{27}"'), '')`;
  return sql`${ids} = lower(${ids})`;
};

const holdsDate =
  (cast: (text: SqlText) => SqlText) =>
  (_: SqlText, value: SqlText): SqlText => {
    const text = sql`(${value} ->> '$')`;
    return sql`regexp_full_match(${text}, ${isoDate}) AND ${cast(text)} IS NOT NULL`;
  };

export const typeRules: readonly TypeRule[] = [
  {
    applies: (type) => type === 'DATE',
    choices: [{ type: 'DATE', holds: holdsDate((text) => sql`TRY_CAST(${text} AS DATE)`) }],
    otherwise: 'VARCHAR',
  },
  {
    applies: (type) => type === 'TIMESTAMP',
    choices: [
      {
        type: 'TIMESTAMP',
        holds: holdsDate((text) => sql`CASE WHEN NOT ${hasOffset(text)} THEN TRY_CAST(${text} AS TIMESTAMP) END`),
      },
      {
        type: zonedType,
        holds: holdsDate(
          (text) => sql`CASE WHEN regexp_full_match(${text}, ${zonedTime}) THEN TRY_CAST(${text} AS TIMESTAMPTZ) END`,
        ),
      },
    ],
    otherwise: 'VARCHAR',
  },
  {
    applies: (type) => type === 'VARCHAR',
    choices: [
      {
        type: 'TIMESTAMP',
        holds: (_, value) =>
          sql`regexp_full_match(${value} ->> '$', ${localTime}) AND TRY_CAST(${value} ->> '$' AS TIMESTAMP) IS NOT NULL`,
      },
    ],
    otherwise: 'VARCHAR',
  },
  {
    applies: (type) => type === 'TIME',
    choices: [{ type: 'TIME', holds: (_, value) => sql`regexp_full_match(${value} ->> '$', ${timeOfDay})` }],
    otherwise: 'VARCHAR',
  },
  {
    // DuckDB returns its letters in lower case.
    applies: (type) => type === 'UUID',
    choices: [{ type: 'UUID', holds: (text) => sql`${text} = lower(${text})` }],
    otherwise: 'VARCHAR',
  },
  { applies: (type) => type === 'DOUBLE', choices: [{ type: 'DOUBLE', holds: isExactDouble }], otherwise: 'VARCHAR' },
  {
    // Parquet has no such integers; integers of both signs are among them, however small.
    applies: (type) => type === 'HUGEINT' || type === 'UHUGEINT',
    choices: [
      { type: 'BIGINT', holds: (text) => sql`TRY_CAST(${text} AS BIGINT) IS NOT NULL` },
      { type: 'UBIGINT', holds: (text) => sql`TRY_CAST(${text} AS UBIGINT) IS NOT NULL` },
      { type: 'DECIMAL(38,0)', holds: (text) => sql`TRY_CAST(${text} AS DECIMAL(38,0)) IS NOT NULL` },
    ],
    otherwise: 'VARCHAR',
  },
  {
    // A mix: of texts, numbers and truth values it is text, with objects or lists it stays as it is.
    applies: (type) => type === 'JSON',
    choices: [{ type: 'VARCHAR', holds: (_, value) => sql`json_type(${value}) NOT IN ('OBJECT', 'ARRAY')` }],
    otherwise: 'JSON',
  },
  {
    applies: (type) => /DATE|TIME|UUID/.test(type),
    choices: [
      {
        type: '',
        holds: (text) => {
          const forms = [longInside, infiniteInside, dateInside, offsetInside, fineInside];
          const without = forms.map((form) => sql`NOT regexp_matches(${text}, ${form})`);
          return joinSql([...without, hasLowerIds(text)], sql` AND `);
        },
      },
    ],
    otherwise: 'JSON',
  },
  {
    applies: (type) => type.includes('DOUBLE') || type.includes('HUGEINT'),
    choices: [
      {
        type: '',
        holds: (text) =>
          sql`NOT regexp_matches(${text}, ${longInside}) AND NOT regexp_matches(${text}, ${infiniteInside})`,
      },
    ],
    otherwise: 'JSON',
  },
];
