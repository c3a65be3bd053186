import { type FriendlyNames } from './shapes.ts';

/** Names of a device's columns. */
export interface ColumnNames {
  /** `SCOPE.NAME.UNIT`, with the id in place of a name that the service lacks. */
  nameOf(parameterId: string, unitId: string): string;
  /** Ids of the parameter and the unit that have a name which nameOf gave, as one text. */
  idsOf(name: string): string;
  /** Ids without a name so far, as sentences. */
  readonly notes: ReadonlySet<string>;
}

/**
 * Returns column names from the service's names of parameters and units. When several ids share a name, ignoring case,
 * all but the first get their id appended, so readings of two parameters never share a column.
 */
export function createColumnNames(names: FriendlyNames, scope: string): ColumnNames {
  const parameters = distinctNames(names.parameters);
  const units = distinctNames(names.units);
  const known = new Map<string, string>();
  const ids = new Map<string, string>();
  const notes = new Set<string>();
  const named = (all: ReadonlyMap<string, string>, id: string, what: string): string => {
    const name = all.get(id);
    if (name === undefined) notes.add(`the service has no name for the ${what} ${id}: its column goes by the id`);
    return name ?? id;
  };
  return {
    nameOf(parameterId, unitId) {
      const key = JSON.stringify([parameterId, unitId]);
      let name = known.get(key);
      if (name === undefined) {
        name = `${scope}.${named(parameters, parameterId, 'parameter')}.${named(units, unitId, 'unit')}`;
        known.set(key, name);
        ids.set(name, key);
      }
      return name;
    },
    idsOf: (name) => ids.get(name)!,
    notes,
  };
}

/** Sorted by id, so that the same ids have the same names in every run. */
function distinctNames(names: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(
    [...names].sort(byId).map(([id, name]) => {
      const text = name === '' ? id : name;
      const distinct = taken.has(text.toLowerCase()) ? `${text} (${id})` : text;
      taken.add(text.toLowerCase());
      return [id, distinct];
    }),
  );
}

/** Compares entries by the text of their ids. */
export function byId([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
