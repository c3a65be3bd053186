import { type Resource } from '../../model/kind.ts';
import { titleOf } from '../../model/resourcePath.ts';
import { type InputRules, keyOfRules } from './inputRules.ts';
import { type CombineSpec } from './spec.ts';

/** A scope of a Combine resource. */
export interface Scope {
  readonly name: string;
  /** Title for users: `Combine/stations, scope harbor`. */
  readonly title: string;
  /** 0-based, in the document. */
  readonly index: number;
  /** Patterns of pond paths, one for each series, in document order. */
  readonly patterns: readonly string[];
  /** Rules of each series, in the same order. */
  readonly rules: readonly InputRules[];
  /** Names of the columns to keep; undefined for all. The time column is always kept. */
  readonly columns: readonly string[] | undefined;
}

/** Returns the scopes of a resource. */
export function scopesOf(resource: Resource<CombineSpec>): readonly Scope[] {
  return resource.spec.scopes.map(({ name, series, columns }, index) => ({
    name,
    title: `${titleOf(resource)}, scope ${name}`,
    index,
    patterns: series.map(({ pattern }) => pattern),
    rules: series,
    columns,
  }));
}

/** Returns the keys of the rules of a scope's series, for its key; empty if no series has rules. */
export function ruleKeys({ rules }: Scope): readonly (readonly string[] | null)[] {
  const keys = rules.map((rule) => keyOfRules(rule) ?? null);
  return keys.every((key) => key === null) ? [] : keys;
}
