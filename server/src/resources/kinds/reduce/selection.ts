/** The columns of a dataset that are reduced, and how each is. */
import { PondError } from '../../../base/error.ts';
import { type KeyPart } from '../../../materialize/contentKey.ts';
import { type Column } from '../../../protocol/results.ts';
import { timeColumnOf } from '../../series/time.ts';
import { isValueType } from './aggregates.ts';
import { type Component, usualComponents } from './components.ts';
import { type Statistic, usualStatistics } from './statistics.ts';

/** Columns of a dataset. */
export interface ColumnSelection {
  /** True for a column to reduce, if it has numbers. */
  isKept(name: string): boolean;
  /** True for a column that the document names in full: it must have numbers. */
  isNamed(name: string): boolean;
  statisticsOf(name: string): readonly Statistic[];
  /** Components that a partial has of a column: the usual ones, then those that its statistics need. */
  componentsOf(name: string): readonly Component[];
  /** Returns the names and patterns of the document that match none of these names. */
  unmatchedBy(names: readonly string[]): readonly string[];
  /** Everything of it that partials depend on. */
  readonly partialKey: readonly KeyPart[];
}

/** Fields of a dataset that select columns and statistics. */
interface SelectionFields {
  readonly columns?: readonly string[];
  readonly statistics?: readonly Statistic[];
  readonly rules?: readonly { readonly columns: readonly string[]; readonly statistics: readonly Statistic[] }[];
}

/** Returns the selection of a dataset. */
export function selectionOf({ columns, statistics, rules = [] }: SelectionFields): ColumnSelection {
  const others = statistics ?? usualStatistics;
  const statisticsOf = (name: string): readonly Statistic[] =>
    rules.find((rule) => matchesAny(rule.columns, name))?.statistics ?? others;
  const extras = [...rules.map((rule) => [rule.columns, extrasOf(rule.statistics)]), [['*'], extrasOf(others)]];
  const hasExtras = [others, ...rules.map((rule) => rule.statistics)].some((each) => extrasOf(each).length > 0);
  return {
    isKept: (name) => columns === undefined || matchesAny(columns, name),
    isNamed: (name) => columns?.includes(name) === true,
    statisticsOf,
    componentsOf: (name) => [...usualComponents, ...extrasOf(statisticsOf(name))],
    unmatchedBy: (names) => {
      const stated = new Set([...(columns ?? []), ...rules.flatMap((rule) => rule.columns)]);
      return [...stated].filter((pattern) => !names.some((name) => matchesAny([pattern], name)));
    },
    partialKey: [columns ?? null, ...(hasExtras ? [extras] : [])],
  };
}

/**
 * Returns the columns of a selection whose values are reduced: numbers and booleans, without the time. Fails
 * `invalid-content` if a column that is named in full has another type.
 */
export function valueColumnsOf<T extends Column>(columns: readonly T[], selection: ColumnSelection): readonly T[] {
  const time = timeColumnOf(columns);
  const kept = columns.filter((column) => column !== time && selection.isKept(column.name));
  const bad = kept.find(({ name, type }) => selection.isNamed(name) && !isValueType(type));
  if (bad !== undefined) {
    const hint = 'Leave it out of `columns`, or make numbers of it by a Derive resource.';
    throw new PondError('invalid-content', `column "${bad.name}" is ${bad.type}, which has no average`, { hint });
  }
  return kept.filter(({ type }) => isValueType(type));
}

function extrasOf(statistics: readonly Statistic[]): readonly Component[] {
  const needed = statistics.flatMap(({ components }) => components);
  return [...new Set(needed)].filter((component) => !usualComponents.includes(component)).sort();
}

/** True for a name that equals one of the texts, or matches it: `*` stands for any text, `?` for one character. */
function matchesAny(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => pattern === name || matches(pattern, name));
}

// In time that grows with the product of the lengths: a regular expression could take exponential time.
function matches(pattern: string, name: string): boolean {
  let [at, star, retry] = [0, -1, 0];
  for (let i = 0; i < name.length;) {
    if (pattern[at] === '*') {
      star = at++;
      retry = i;
    } else if (pattern[at] === '?' || pattern[at] === name[i]) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++retry;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
