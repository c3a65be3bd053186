import { keyOf } from '../../../materialize/contentKey.ts';
import {
  type DerivedDirectory,
  type DerivedEntries,
  type DerivedFile,
  type InputMatcher,
  type Match,
} from '../../model/derivedContent.ts';
import { type Resource } from '../../model/kind.ts';
import { makeScope, recipe } from './buildScope.ts';
import { ruleKeys, type Scope, scopesOf } from './scope.ts';
import { type CombineSpec } from './spec.ts';

/** Name of the only series in the directory of a scope. */
const seriesName = 'combine';

/** Returns a directory for each scope, with one series, `combine`. */
export function deriveOutputs(resource: Resource<CombineSpec>, inputs: InputMatcher): DerivedEntries {
  return new Map(scopesOf(resource).map((scope) => [scope.name, scopeDirectory(resource, scope, inputs)]));
}

function scopeDirectory(resource: Resource, scope: Scope, inputs: InputMatcher): DerivedDirectory {
  return {
    type: 'directory',
    list: async () => {
      const series: (readonly Match[])[] = [];
      for (const pattern of scope.patterns) series.push(await inputs.match(pattern));
      return new Map([[seriesName, combined(resource, scope, series)]]);
    },
  };
}

function combined(resource: Resource, scope: Scope, series: readonly (readonly Match[])[]): DerivedFile {
  const keys = series.map((matches) => matches.map(({ key }) => key));
  return {
    type: 'series',
    key: keyOf(...recipe, scope.columns ?? null, keys, ...ruleKeys(scope)),
    modifiedUs: Math.max(resource.modifiedUs, ...series.flat().map(({ modifiedUs }) => modifiedUs)),
    make: (materializer, job) => makeScope({ resource, scope, series }, materializer, job),
  };
}
