/** Columns of a scope and their types. */
import { didYouMean } from '../../../base/suggest.ts';
import { PondError } from '../../../base/error.ts';
import { requireSqlType, type SqlType } from '../../../duckdb/sqlType.ts';
import { isInteger, isNumber, isPointInTime } from '../../../base/typeClass.ts';
import { compareNames } from '../../../tinyfs/path.ts';
import { documentError } from '../../model/documentError.ts';
import { type Resource } from '../../model/kind.ts';
import { timeColumnOf } from '../../series/time.ts';
import { type Segment } from './segment.ts';
import { type Scope } from './scope.ts';

/** Type of the times of a result: seconds since 1970 UTC, integer or fractional, or a UTC TIMESTAMP. */
export type TimeType = (typeof timeTypes)[keyof typeof timeTypes];

const timeTypes = {
  whole: requireSqlType('BIGINT'),
  fractional: requireSqlType('DOUBLE'),
  moment: requireSqlType('TIMESTAMP'),
} as const;

/** A value column of a scope, with the types of its inputs; at least one. */
export interface FoundColumn {
  readonly name: string;
  readonly types: readonly SqlType[];
}

/**
 * Returns integer seconds if all inputs have them, fractional seconds if all have numbers, TIMESTAMP otherwise. Inputs
 * without rows count only if there are no others.
 */
export function timeTypeOf(segments: readonly Segment[]): TimeType {
  const filled = segments.filter(({ facts }) => facts.rowCount > 0);
  const types = (filled.length > 0 ? filled : segments).flatMap(({ facts }) => timeColumnOf(facts.columns)?.type ?? []);
  if (types.every((type) => isInteger(type))) return timeTypes.whole;
  return types.every((type) => familyOf(type) === 'number') ? timeTypes.fractional : timeTypes.moment;
}

/**
 * Returns the value columns to write: in the byte order of their names, or the requested columns in the scope's order.
 * Fails `invalid-content` if inputs contradict each other, `run-failed` for a column that no input has.
 */
export function findColumns(resource: Resource, scope: Scope, segments: readonly Segment[]): readonly FoundColumn[] {
  const found = allColumns(scope, segments);
  const names = scope.columns === undefined ? [...found.keys()].sort(compareNames) : chosen(resource, scope, found);
  return names.map((name) => {
    const sources = found.get(name) ?? [];
    requireOneFamily(scope, name, sources);
    return { name, types: [...new Set(sources.map(({ type }) => type))] };
  });
}

/** Location of a column's type: the first input that has it. */
interface ColumnSource {
  readonly type: SqlType;
  /** Pond path. */
  readonly path: string;
}

type Found = ReadonlyMap<string, readonly ColumnSource[]>;

function allColumns({ title }: Scope, segments: readonly Segment[]): Found {
  const found = new Map<string, ColumnSource[]>();
  const spellings = new Map<string, { readonly name: string; readonly path: string }>();
  for (const { pathOf, facts } of segments) {
    const time = timeColumnOf(facts.columns);
    for (const { name, type } of facts.columns) {
      if (name === time?.name) continue;
      const path = pathOf(name);
      const other = spellings.get(name.toLowerCase()) ?? { name, path };
      spellings.set(name.toLowerCase(), other);
      if (other.name !== name) throw spellingError(title, other, { name, path });
      const sources = found.get(name) ?? [];
      if (!sources.some((source) => source.type === type)) sources.push({ type, path });
      found.set(name, sources);
    }
  }
  return found;
}

function spellingError(
  title: string,
  ...[a, b]: readonly { readonly name: string; readonly path: string }[]
): PondError {
  const message = `${title}: the columns "${a!.name}" of ${a!.path} and "${b!.name}" of ${b!.path} differ in case alone`;
  return new PondError('invalid-content', message, {
    path: b!.path,
    hint: 'Give them one name, or two that differ in more, by a Derive resource.',
  });
}

function chosen(resource: Resource, { title, index, columns = [] }: Scope, found: Found): readonly string[] {
  const wanted = columns.filter((name) => name.toLowerCase() !== 'timestamp');
  const missing = wanted.find((name) => !found.has(name));
  if (missing === undefined) return wanted;
  const names = [...found.keys()].sort(compareNames);
  throw documentError(resource, 'run-failed', `${title}: no input has a column "${missing}"`, {
    at: ['scopes', index, 'columns', columns.indexOf(missing)],
    hint: didYouMean(missing, names) ?? columnsHint(names),
  });
}

const hintedMax = 5;

function columnsHint(names: readonly string[]): string {
  if (names.length === 0) return 'The inputs have no columns other than Timestamp.';
  const more = names.length > hintedMax ? `, and ${names.length - hintedMax} more` : '';
  return `The inputs have ${names.slice(0, hintedMax).join(', ')}${more}.`;
}

function requireOneFamily({ title }: Scope, name: string, sources: readonly ColumnSource[]): void {
  const [first, ...rest] = sources;
  if (first === undefined) return;
  const nested = sources.find(({ type }) => familyOf(type) === undefined);
  if (nested !== undefined) {
    throw new PondError('invalid-content', `${title}: "${name}" of ${nested.path} is ${nested.type}`, {
      path: nested.path,
      hint: 'Combine takes numbers, texts, truth values and times: convert it by a Derive resource.',
    });
  }
  const other = rest.find(({ type }) => familyOf(type) !== familyOf(first.type));
  if (other === undefined) return;
  const message = `${title}: "${name}" is ${first.type} in ${first.path}, but ${other.type} in ${other.path}`;
  const hint = 'Convert one of them by a Derive resource.';
  throw new PondError('invalid-content', message, { path: other.path, hint });
}

/**
 * The family of a type: types of one family have a common type without loss of meaning. Undefined for composite types.
 */
function familyOf(type: string): string | undefined {
  if (isNumber(type)) return 'number';
  if (isPointInTime(type)) return 'moment';
  // Any other type of plain words is a family of its own.
  return /^[A-Z][A-Z_ ]*$/.test(type) ? type : undefined;
}
