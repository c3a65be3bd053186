import { type Resource } from '../../model/kind.ts';
import { titleOf } from '../../model/resourcePath.ts';
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
    columns,
  }));
}
