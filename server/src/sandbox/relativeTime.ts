import { isRecord } from '../base/record.ts';
import { type AstFields, text } from './ast.ts';

/** Days of the units of INTERVAL, at most. */
const unitDays: ReadonlyMap<string, number> = new Map([
  ['year', 366],
  ['month', 31],
  ['week', 7],
  ['day', 1],
  ['hour', 1 / 24],
  ['minute', 1 / 1440],
  ['second', 1 / 86_400],
]);

/** Calls of the clock. Names without parentheses, such as current_date, may be those of columns. */
const clocks = new Set(['now', 'get_current_timestamp', 'transaction_timestamp']);
const days = new Set(['today']);

/**
 * Days since 1970 of the earliest time that an expression such as `now() - INTERVAL 7 DAY` is from now on; undefined for
 * another expression.
 */
export function earliestDay(expression: unknown, nowMs: number): number | undefined {
  const [today, ago] = callOf(expression, '-') ?? [];
  const clock = functionName(today);
  const back =
    clocks.has(clock) || days.has(clock) ? (daysOf(ago) ?? (days.has(clock) ? count(ago) : undefined)) : undefined;
  return back === undefined ? undefined : Math.floor(nowMs / 86_400_000) - Math.ceil(back);
}

/** The days of an INTERVAL, at most; undefined for another expression. */
function daysOf(expression: unknown): number | undefined {
  if (!isRecord(expression)) return undefined;
  const unit = /^to_(\w+)s$/.exec(functionName(expression))?.[1];
  if (unit !== undefined) return product(count(callOf(expression, `to_${unit}s`)?.[0]), unit);
  const { class: kind, cast_type: type, child } = expression;
  if (kind !== 'CAST' || !isRecord(type) || text(type, 'id') !== 'INTERVAL') return undefined;
  const [, number, word] = /^(\d+) ?([a-z]+?)s?$/i.exec(String(constant(child))) ?? [];
  return word === undefined ? undefined : product(Number(number), word.toLowerCase());
}

function product(number: number | undefined, unit: string): number | undefined {
  const each = unitDays.get(unit);
  return number === undefined || each === undefined ? undefined : number * each;
}

/** A whole number that is not negative, as the parser writes the one of an INTERVAL. */
function count(expression: unknown): number | undefined {
  if (!isRecord(expression)) return undefined;
  if (expression['class'] === 'CAST') return count(expression['child']);
  const inner = callOf(expression, 'trunc');
  if (inner !== undefined) return count(inner[0]);
  const value = constant(expression);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function constant(expression: unknown): unknown {
  if (!isRecord(expression) || expression['class'] !== 'CONSTANT') return undefined;
  const { value } = expression;
  return isRecord(value) ? value['value'] : undefined;
}

const functionName = (expression: unknown): string =>
  isRecord(expression) && expression['class'] === 'FUNCTION' ? text(expression, 'function_name').toLowerCase() : '';

/** The arguments of a call of a function; undefined for another expression. */
function callOf(expression: unknown, name: string): readonly unknown[] | undefined {
  if (functionName(expression) !== name) return undefined;
  const { children } = expression as AstFields;
  return Array.isArray(children) ? children : undefined;
}
