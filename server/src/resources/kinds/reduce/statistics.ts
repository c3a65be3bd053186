/** Statistics of a column in a bucket, each made from components of the partials. */
import { literal, sql, type SqlText } from '../../../duckdb/sql.ts';
import { requireSqlType, type SqlType } from '../../../duckdb/sqlType.ts';
import { type Parsed, parsedText } from '../../../documents/schema.ts';
import { sumTypeOf } from './aggregates.ts';
import { type Component } from './components.ts';

/** A statistic; its column in the output is `COLUMN.NAME`. */
export interface Statistic {
  readonly name: string;
  readonly components: readonly Component[];
  /** Type of its column for values of a type. */
  type(values: SqlType): SqlType;
  /** SQL of its value from the SQL of the components of a bucket. */
  sql(component: (name: Component) => SqlText): SqlText;
}

const [double, bigint] = [requireSqlType('DOUBLE'), requireSqlType('BIGINT')];
const sameType = (values: SqlType): SqlType => values;

/** Directions whose mean vector is shorter than this have no mean direction: they cancel out. */
const directionMin = '1e-9';

const named = {
  avg: {
    doc: 'the mean',
    components: ['sum', 'count'],
    type: () => double,
    sql: (component) => sql`${component('sum')}::DOUBLE / ${component('count')}`,
  },
  min: { doc: 'the least value', components: ['min'], type: sameType, sql: (component) => component('min') },
  max: { doc: 'the greatest value', components: ['max'], type: sameType, sql: (component) => component('max') },
  count: {
    doc: 'the number of values',
    components: ['count'],
    type: () => bigint,
    sql: (component) => sql`coalesce(${component('count')}, 0)`,
  },
  sum: { doc: 'the sum', components: ['sum'], type: sumTypeOf, sql: (component) => component('sum') },
  first: {
    doc: 'the value at the earliest time',
    components: ['first'],
    type: sameType,
    sql: (component) => sql`${component('first')}.v`,
  },
  last: {
    doc: 'the value at the latest time',
    components: ['last'],
    type: sameType,
    sql: (component) => sql`${component('last')}.v`,
  },
  median: {
    doc: 'the median, as p50',
    components: ['values'],
    type: () => double,
    sql: (component) => percentileSql('0.5', component),
  },
  circular: {
    doc: 'the mean direction of angles in degrees, from 0 to 360',
    components: ['sine', 'cosine', 'count'],
    type: () => double,
    sql: (component) => {
      const [y, x] = [component('sine'), component('cosine')];
      const length = sql`sqrt(${y} * ${y} + ${x} * ${x})`;
      const min = sql`CAST(${literal(directionMin)} AS DOUBLE) * ${component('count')}`;
      return sql`CASE WHEN ${length} > ${min} THEN (degrees(atan2(${y}, ${x})) + 360) % 360 END`;
    },
  },
  rate: {
    doc: 'the increase of a counter per second, where a lower value is a reset to 0',
    components: ['readings'],
    type: () => double,
    sql: (component) => rateSql(component('readings')),
  },
} as const satisfies Readonly<Record<string, Omit<Statistic, 'name'> & { readonly doc: string }>>;

function percentileSql(fraction: string, component: (name: Component) => SqlText): SqlText {
  return sql`list_aggregate(${component('values')}, 'quantile_cont', CAST(${literal(fraction)} AS DOUBLE))`;
}

/** The sum of the steps from reading to reading, by the time from the first to the last. */
function rateSql(readings: SqlText): SqlText {
  const step = sql`lambda p: CASE WHEN p[1].v >= p[2].v THEN p[1].v - p[2].v ELSE p[1].v END`;
  const increase = sql`list_sum(list_transform(list_zip(${readings}[2:], ${readings}[:-2]), ${step}))`;
  const us = sql`(epoch_us(${readings}[-1].t) - epoch_us(${readings}[1].t))`;
  return sql`CASE WHEN ${us} > 0 THEN ${increase} * 1000000 / ${us} END`;
}

/**
 * The digits of a percentile follow the decimal point: p05 is 0.05, p999 is 0.999. Of more than two, the last is not 0, as
 * p100 would be 0.1.
 */
const percentile = /^p(\d{2}|\d{2,5}[1-9])$/;

/** A statistic in a document. */
export const statisticText = parsedText<Statistic>('a statistic', parseStatistic, {
  values: [
    ...Object.entries(named).map(([value, { doc }]) => ({ value, doc })),
    { value: 'p05', doc: 'the percentile 0.05' },
    { value: 'p95', doc: 'the percentile 0.95' },
  ],
});

/** Statistics of a dataset that states none. */
export const usualStatistics: readonly Statistic[] = (['avg', 'min', 'max'] as const).map((name) => ({
  name,
  ...named[name],
}));

function parseStatistic(text: string): Parsed<Statistic> {
  const known = Object.entries(named).find(([name]) => name === text);
  if (known !== undefined) return { value: { name: text, ...known[1] } };
  const digits = percentile.exec(text)?.[1];
  if (digits !== undefined) {
    const sqlOf: Statistic['sql'] = (component) => percentileSql(`0.${digits}`, component);
    return { value: { name: text, components: ['values'], type: () => double, sql: sqlOf } };
  }
  const message = `expected a statistic, got "${text}"`;
  const hint = `Statistics are ${Object.keys(named).join(', ')}, and percentiles such as p05, p95 and p999 (0.999).`;
  return { issues: [{ code: 'value-unknown', message, hint }] };
}
